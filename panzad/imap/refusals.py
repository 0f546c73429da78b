"""The edge where a server's refusals and a network's exceptions become panzad's errors."""

from __future__ import annotations

import contextlib
import imaplib
import re
from collections.abc import Iterator

from imapclient.exceptions import ProtocolError

from panzad.errors import LoginError, NetworkError, ServerRefused

_SUGGESTED_PAUSE = re.compile(r"Suggested Backoff Time: (\d{1,12}) milliseconds", re.IGNORECASE)
_LONGEST_PAUSE = 24 * 3600.0


@contextlib.contextmanager
def translated(host: str, task: str) -> Iterator[None]:
    """Run client calls with their exceptions turned into panzad's.

    `task` completes "<host> could not …": NO and BAD become ServerRefused, a dead link
    NetworkError. An answer that cannot be parsed is a refusal too: the connection is still
    in step, since imaplib reads whole answers before IMAPClient parses them.
    """
    try:
        yield
    except imaplib.IMAP4.readonly as error:
        raise ServerRefused(
            f"{host} could not {task}: the folder is read-only",
            "choose a folder that may be written to",
        ) from error
    except imaplib.IMAP4.abort as error:
        raise dead(host, str(error)) from error
    except ProtocolError as error:
        raise _unreadable(host, task) from error
    except imaplib.IMAP4.error as error:
        if pause := suggested_pause(str(error)):
            raise NetworkError(
                f"{host} asks for a pause of {pause:.0f} s",
                "it is tried again then",
                retry_after=pause,
            ) from error
        if _throttled(str(error)):
            raise NetworkError(
                f"{host} is throttling ({plain(error)})", "it is tried again later"
            ) from error
        if "authenticated but not connected" in str(error):
            # Exchange says OK to the login where IMAP is not allowed, and BAD to all else.
            raise LoginError(
                f"{host} lets no mail program in ({plain(error)})",
                "allow IMAP for the account, and an app password for it",
            ) from error
        # imaplib gives up inside a line over 1 MB, and what follows is out of step.
        if "got more than" in str(error):
            raise dead(host, "an answer longer than 1 MB") from error
        raise ServerRefused(
            f"{host} could not {task} ({plain(error)})", _remedy(str(error))
        ) from error
    except TimeoutError as error:
        raise dead(host, "no answer in time") from error
    except OSError as error:
        raise dead(host, str(error)) from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise _unreadable(host, task) from error


def dead(host: str, why: str) -> NetworkError:
    """The error for a connection that is of no use any more."""
    return NetworkError(
        f"the connection to {host} broke ({why})",
        "it is tried again when the net allows",
        retry_after=suggested_pause(why),
    )


def _unreadable(host: str, task: str) -> ServerRefused:
    return ServerRefused(
        f"{host} could not {task}: its answer cannot be read", "report it with the server"
    )


def suggested_pause(text: str) -> float:
    """How many seconds the server asks to be left alone (Outlook, when it throttles); else 0."""
    found = _SUGGESTED_PAUSE.search(text)
    return min(int(found[1]) / 1000, _LONGEST_PAUSE) if found else 0.0


def _throttled(text: str) -> bool:
    """Whether a refusal means everything and will pass: no single mail is to blame for it.

    Gmail says OVERQUOTA of a day's bandwidth too; to an APPEND it means a full mailbox.
    """
    return "[THROTTLED]" in text or ("[OVERQUOTA]" in text and not text.startswith("append failed"))


def plain(error: BaseException | None) -> str:
    """A server's words without Python's bytes marks and IMAPClient's prefix; one short line."""
    text = str(error).removeprefix("b'").removesuffix("'")
    for prefix in ("append failed: ", "select failed: ", "fetch failed: ", "search failed: "):
        text = text.removeprefix(prefix)
    return text[:200]


def _remedy(text: str) -> str:
    """What to do about a refusal, by its response code (RFC 5530, RFC 7889)."""
    upper = text.upper()
    if "OVERQUOTA" in upper:
        return "make room in the mailbox"
    if "TOOBIG" in upper or "LIMIT" in upper:
        return "the server takes no mail of this size"
    if "NOPERM" in upper or "READ-ONLY" in upper:
        return "choose a folder that may be written to"
    return "ask the server's administrator if it stays"

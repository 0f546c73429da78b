"""Every error a user can meet: one line, a remedy, an exit code."""

from __future__ import annotations

import errno

from panzad.visible import visible


class PanzadError(Exception):
    """Something a user can act on.

    `what` names the thing that failed, `remedy` what to do about it; together they are the
    one line a user sees. `exit_code` is the process's exit status (README, "Exit codes").
    `retry_after` is how many seconds the server wants to be left alone.
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str, *, retry_after: float = 0.0) -> None:
        super().__init__(what, remedy)
        self.retry_after = retry_after
        # A server's words and the names of folders are part of it.
        self.what = visible(" ".join(what.split()))
        self.remedy = visible(" ".join(remedy.split()))

    def __str__(self) -> str:
        return f"{self.what}: {self.remedy}" if self.remedy else self.what


def unexpected(cause: Exception) -> PanzadError:
    """What a user is told of a defect of ours; the log has where it happened (logs.traced)."""
    return PanzadError(
        f"unexpected {type(cause).__name__}", "see the log; panzad tries again by itself"
    )


def unusable(cause: OSError, place: object = None) -> PanzadError:
    """What a user is told of a file that cannot be read or written; `place` is where it was to be.

    Python names the file when it cannot be opened, but not when a write fails.
    """
    name = cause.filename or place or "a file"
    what = f"cannot use {name} ({cause.strerror or type(cause).__name__})"
    if cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return PanzadError(what, "free some space; nothing is lost")
    return PanzadError(what, "check that it is there and yours")


class UsageError(PanzadError):
    """A command was asked for something it cannot mean."""

    exit_code = 2


class ConfigError(PanzadError):
    """The config file is missing, unreadable or says something it may not."""

    exit_code = 3


class LoginError(PanzadError):
    """The server refused the user name or the password, or there is no password to try."""

    exit_code = 4


class TokenRefused(LoginError):
    """The mail server did not take an OAuth 2 access token; a newer one may be taken."""


class GrantMissing(LoginError):
    """The user has to grant access by OAuth 2, for the first time or again."""


class TlsError(PanzadError):
    """The server's certificate is not trusted, or the connection would not be encrypted."""

    exit_code = 4


class NetworkError(PanzadError):
    """The server cannot be reached, or the connection died. Trying again later may help."""

    exit_code = 5


class ModelMissing(PanzadError):
    """A model file is not on this machine."""

    exit_code = 6


class ModelDamaged(PanzadError):
    """A model or adapter file is not what its checksum says."""

    exit_code = 6


class RunFailed(PanzadError):
    """A training run that can never come to its end: going on leads to the same place again."""


class StateDamaged(PanzadError):
    """The database cannot be read or written."""

    exit_code = 7


class DatabaseDamaged(StateDamaged):
    """What stands in the database's file is not what SQLite wrote."""


class StateLocked(PanzadError):
    """Another panzad process holds the state directory."""

    exit_code = 7


class FolderMissing(PanzadError):
    """The mailbox has no such folder, or no folder for the role."""


class ServerRefused(PanzadError):
    """The server understood a command and refused it (NO or BAD), for instance a read-only folder.

    Unlike NetworkError, trying the same again at once does not help.
    """

"""Takes signatures and footers off an author's text: pure, from the end upwards."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panzad.mail.vocabulary import MOBILE_SIGNATURES

MAX_SIGNATURE_LINES = 16
_MAX_FOOTER_LINES = 30
# List footer, disclaimer, signature, phone line: nobody has more of them.
_MAX_PIECES = 6

_DELIMITER = re.compile(r"(?:- )?(?:--|—|––)(?:\s|=20)*$")
_RULE = re.compile(r"\s*(?:([-_=*~#+])\1{6,}|(?:[-_=*~+][ ]?){8,})\s*$")
_MOBILE = re.compile(rf"(?:-- ?)?(?:{MOBILE_SIGNATURES})[.!]?\s*(?:<http\S*>)?$", re.IGNORECASE)
_LIST = re.compile(
    r"mailing[- ]list|unsubscri|listinfo|list ?info|majordomo|to post to this group|list-?archive"
    r"|groups\.yahoo|yahoo! groups|googlegroups|google groups|sympa|posting guide"
    r"|archives? (?:at|are)"
    r"|(?:get|send|join|use|sign up|chat|do you).{0,60}(?:hotmail|msn|yahoo)|sponsored by|sponsor:"
    r"|\bfree\b.{0,40}(?:download|e-?mail|software|explorer)"
    r"|abmelden|abbestellen|désabonner|desinscri|désinscri|cancelar (?:a|su|la) suscripci"
    r"|cancellarti"
    r"|afmelden|отписаться|virus[- ]?(?:free|frei)|avast|checked by avg|scanned (?:by|for)"
    r"|lists?\.[\w-]{1,60}\.[\w.-]{1,60}/|@lists?\.",
    re.IGNORECASE,
)
_PRIVATE = re.compile(
    r"confidential|privileged|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk|fortrolig"
    r"|konfidentiell|luottamuksell|poufn|důvěrn|bizalmas|конфиденциальн|legally",
    re.IGNORECASE,
)
_MEANT_FOR = re.compile(
    r"intended|recipient|addressee|delete|disclos|empfänger|bestimmt|destinat|dirigid|geadresseerde"
    r"|bestemd|modtager|mottagare|vastaanottaja|adresat|příjemc|címzett|получател|адресат",
    re.IGNORECASE,
)
_SIGNED_BEGIN = re.compile(r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Z][A-Za-z-]*:.*\n)*\n?")
_SIGNATURE_BEGIN = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"


@dataclass(frozen=True, slots=True)
class Closing:
    """A text in three parts; `own` keeps the sign-off ("Best, Ann"): it is style."""

    own: str
    signature: str
    footer: str


def closed(text: str) -> Closing:
    """Split off what stands under every mail: signature, mobile line, list footer, disclaimer.

    A marked signature is the text behind the last `-- ` line (RFC 3676 section 4.3) when it is
    at most 16 lines long.
    """
    text, armour = _without_armour(text)
    lines = text.rstrip().split("\n")
    footers: list[str] = [armour] if armour else []
    signatures: list[str] = []
    for _ in range(_MAX_PIECES):
        if (cut := _footer_start(lines)) is not None:
            footers.insert(0, "\n".join(lines[cut:]).strip())
        elif (cut := _mobile_start(lines)) is not None:
            signatures.insert(0, "\n".join(lines[cut:]).strip())
        elif (cut := _signature_start(lines)) is not None:
            signatures.insert(0, "\n".join(lines[cut + 1 :]).strip("\n"))
        else:
            break
        lines = lines[:cut]
        while lines and not lines[-1].strip():
            lines.pop()
    return Closing(
        own="\n".join(lines).strip("\n"),
        signature="\n".join(one for one in signatures if one),
        footer="\n".join(one for one in footers if one),
    )


def _without_armour(text: str) -> tuple[str, str]:
    """The signed text of a clear-signed mail (RFC 9580 section 7), and its signature block."""
    if "-----BEGIN PGP" not in text:
        return text, ""
    text = _SIGNED_BEGIN.sub("", text, count=1)
    start = text.find(_SIGNATURE_BEGIN)
    if start < 0:
        return text, ""
    end = text.find(_SIGNATURE_END, start)
    end = len(text) if end < 0 else end + len(_SIGNATURE_END)
    armour = text[start:end]
    signed = re.sub(r"(?m)^- (?=-)", "", text[:start])
    return signed + text[end:], armour


def _signature_start(lines: list[str]) -> int | None:
    for index in range(len(lines) - 1, max(len(lines) - MAX_SIGNATURE_LINES - 2, -1), -1):
        if _DELIMITER.match(lines[index]):
            return index
    return None


def _mobile_start(lines: list[str]) -> int | None:
    """A phone's line at the very end; alone it may be all there is."""
    last = lines[-1].strip() if lines else ""
    if last and len(last) < 160 and _MOBILE.match(last):
        return len(lines) - 1
    return None


def _footer_start(lines: list[str]) -> int | None:
    """Where a list footer, an advertisement or a disclaimer begins that ends the text."""
    lowest = max(len(lines) - _MAX_FOOTER_LINES, 0)
    for index in range(len(lines) - 1, lowest - 1, -1):
        line = lines[index]
        if _RULE.match(line) or (_DELIMITER.match(line) and index < len(lines) - 1):
            below = "\n".join(lines[index + 1 :])
            if not below.strip():
                # A rule that closes a boxed footer: the one that opens it stands above.
                continue
            first = below.strip("\n").partition("\n\n")[0]
            if not _is_footer(first if _DELIMITER.match(line) else below):
                break
            while index > lowest and _RULE.match(lines[index - 1]):
                index -= 1
            return index
    return _paragraph_footer(lines, lowest)


def _paragraph_footer(lines: list[str], lowest: int) -> int | None:
    """The last paragraph, when it is a disclaimer or a way to leave a list; never the only one."""
    start = len(lines)
    while start > lowest and lines[start - 1].strip():
        start -= 1
    if start == lowest:
        return None
    paragraph = " ".join(lines[start:])
    if _is_disclaimer(paragraph) or (
        len(lines) - start <= 6 and re.search(r"(?i)unsubscri|listinfo|do you yahoo", paragraph)
    ):
        return start
    return None


def _is_footer(text: str) -> bool:
    return bool(_LIST.search(text)) or _is_disclaimer(text)


def _is_disclaimer(text: str) -> bool:
    return len(text) > 120 and bool(_PRIVATE.search(text) and _MEANT_FOR.search(text))

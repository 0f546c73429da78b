"""Takes signatures and footers off an author's text: pure, from the end upwards."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panzad.mail.signatures import unmarked_start
from panzad.mail.vocabulary import MOBILE_SIGNATURES

MAX_SIGNATURE_LINES = 16
_MAX_FOOTER_LINES = 30
# A line or two that a program added without a rule, each with its link.
_MAX_ADDED_LINES = 6
# List footer, disclaimer, signature, phone line: nobody has more of them.
_MAX_PIECES = 6

_DELIMITER = re.compile(r"(?:- )?(?:--|—|––)(?:\s|=20)*$")
_RULE = re.compile(r"\s*+(?:([-_=*~#+])\1{6,}+|(?:[-_=*~+][ ]?){8,}+)[->~]*+\s*+$")
# Virus scanners and some lists part their line from the text by as little as this.
_SHORT_RULE = re.compile(r"\s*([-_=*])\1{0,5}\s*$")
_SPONSOR = re.compile(r"-{6,}[ <]*Yahoo! Groups (?:Sponsor|Links)[ >]*-{6,}")
_MOBILE = re.compile(rf"(?:-- ?)?(?:{MOBILE_SIGNATURES})[.!。]?\s*(?:<http\S*>)?$", re.IGNORECASE)
_SCANNED = (
    r"virus[- ]?(?:free|frei)\b|avast|checked by avg|no virus found|virus database"
    r"|(?:scanned|checked) (?:by|for) \S*\s?(?:virus|mailscanner|eset|norton|mcafee|avg)"
    r"|auf viren gepr|absence de virus|libre de virus|senza virus|sans virus|www\.eset\."
)
_GREEN = (
    r"(?:consider|think (?:of|about)|respect) (?:the|our) environment before"
    r"|(?:denken sie|umwelt).{0,40}(?:aus)?druck|pense[zr] à l['’]environnement"
    r"|medio ambiente.{0,30}imprim|imprim.{0,40}medio ambiente|ambiente prima di stampare"
    r"|meio ambiente.{0,40}imprim|denk aan het milieu"
)
_LEAVING = (
    r"unsubscri|listinfo|abmelden|abbestellen|désabonner|d[ée]sinscri"
    r"|cancelar (?:a|su|la) suscripci|cancellarti|afmelden|отписаться|signoff\b"
)
_LIST = re.compile(
    rf"{_LEAVING}|{_SCANNED}|{_GREEN}"
    r"|mailing[- ]list|list ?info|majordomo|listserv|to post to this group|list-?archive"
    r"|groups\.yahoo|yahoo! groups|googlegroups|google groups|groups\.io|sympa/|posting guide"
    r"|archives? (?:at|are)\b.{0,30}://"
    r"|(?:get|send|join|use|sign up|chat|do you).{0,60}(?:hotmail|msn|yahoo)|sponsored by|sponsor:"
    r"|\bfree\b.{0,40}(?:download|e-?mail|software|explorer)"
    r"|lists?\.[\w-]{1,60}\.[\w.-]{1,60}/|@lists?\.",
    re.IGNORECASE,
)
# Mailman without its rule: the list's page alone on the last line.
_LIST_ADDRESS = re.compile(r"\s*https?://\S+/listinfo/\S+\s*$")
_WHERE = re.compile(r"://|@|www\.|subject")
_LEAVING_LINE = re.compile(_LEAVING, re.IGNORECASE)
_ADDED_LINE = re.compile(
    rf"{_SCANNED}|{_GREEN}|do you yahoo|your use of yahoo! groups", re.IGNORECASE
)
_PRIVATE = re.compile(
    r"confidential|privileged|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk|fortrolig"
    r"|konfidentiell|luottamuksell|poufn|důvěrn|bizalmas|конфиденциальн|legally",
    re.IGNORECASE,
)
_MEANT_FOR = re.compile(
    r"intended|recipient|addressee|delete|disclos|empfänger|adressat|bestimmt|irrtüm|destinat"
    r"|dirigid|geadresseerde|bestemd|modtager|mottagare|vastaanottaja|adresat|příjemc|címzett"
    r"|получател|адресат",
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


def closed(text: str, names: frozenset[str] = frozenset()) -> Closing:
    """Split off what stands under every mail: signature, mobile line, list footer, disclaimer.

    A marked signature is the text behind the last `-- ` line (RFC 3676 section 4.3) when it is
    at most 16 lines long; an unmarked one begins with one of the author's `names` (lower case).
    """
    text, armour = _without_armour(text)
    lines = _without_last_rule(text.rstrip().split("\n"))
    footers: list[str] = [armour] if armour else []
    signatures: list[str] = []
    for _ in range(_MAX_PIECES):
        if (cut := _footer_start(lines)) is not None:
            footers.insert(0, "\n".join(lines[cut:]).strip())
        elif (cut := _mobile_start(lines)) is not None:
            signatures.insert(0, "\n".join(lines[cut:]).strip())
        elif (cut := _signature_start(lines)) is not None:
            signatures.insert(0, "\n".join(lines[cut + 1 :]).strip("\n"))
        elif (cut := unmarked_start(lines, names)) is not None:
            signatures.insert(0, "\n".join(lines[cut:]).strip("\n"))
        else:
            break
        lines = _without_last_rule(lines[:cut])
    return Closing(
        own="\n".join(lines).strip("\n"),
        signature="\n".join(one for one in signatures if one),
        footer="\n".join(one for one in footers if one),
    )


def _without_last_rule(lines: list[str]) -> list[str]:
    """Without the blank lines and the rules at the end that parted the text from what followed."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _RULE.match(lines[end - 1])):
        end -= 1
    return lines[:end]


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
        if _SPONSOR.match(line):
            return index
        if _RULE.match(line) or _SHORT_RULE.match(line) or _DELIMITER.match(line):
            below = "\n".join(lines[index + 1 :]).strip("\n")
            if not below:
                # A rule that closes a boxed footer: the one that opens it stands above.
                continue
            if not _is_footer(below.partition("\n\n")[0]):
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
    above = lines[start:-1]
    if lines and _LIST_ADDRESS.match(lines[-1]) and not _LIST.search(" ".join(above)):
        introduced = bool(above) and above[-1].rstrip().endswith(":")
        return None if introduced else len(lines) - 1
    if start == lowest:
        return None
    paragraph = " ".join(lines[start:])
    if _is_disclaimer(paragraph) or (
        len(lines) - start <= _MAX_ADDED_LINES
        and (_ADDED_LINE.search(paragraph) or _tells_how_to_leave(paragraph))
    ):
        return start
    return None


def _tells_how_to_leave(paragraph: str) -> bool:
    """ "Please unsubscribe me" is the author's; a list names the address or the page for it."""
    return bool(_LEAVING_LINE.search(paragraph) and _WHERE.search(paragraph))


def _is_footer(text: str) -> bool:
    return bool(_LIST.search(text)) or _is_disclaimer(text)


def _is_disclaimer(text: str) -> bool:
    return len(text) > 120 and bool(_PRIVATE.search(text) and _MEANT_FOR.search(text))

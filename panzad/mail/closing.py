"""Takes signatures and footers off an author's text: pure, from the end upwards."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panzad.mail.banners import banner_end
from panzad.mail.signatures import boxed_start, ruled_start, unmarked_start
from panzad.mail.vocabulary import MOBILE_SIGNATURES

# Below `-- ` with its blank, which clients write, and below a bare `--`, which people do too.
MAX_SIGNATURE_LINES = 30
_MAX_BARE_LINES = 16
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
_MOBILE = re.compile(
    rf"(?:-- ?|\(|<<)?(?:{MOBILE_SIGNATURES})[.!。]?\s*(?:<http\S*>)?(?:\)|>>)?$", re.IGNORECASE
)
# Of so few words, below a text and in any language, nobody but Microsoft speaks of both.
_OUTLOOK = re.compile(
    r"(?=.*outlook)(?=.*(?:ios|android))(?!.*[?!.]$)\S+(?:\s\S+){1,5}$", re.IGNORECASE
)
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
    r"|archives? (?:at|are)\b.{0,30}://|sent using imp\b|internet messaging program"
    r"|(?:get|send|join|use|sign up|chat|do you).{0,60}(?:hotmail|msn|yahoo)|sponsored by|sponsor:"
    r"|\bfree\b.{0,40}(?:download|e-?mail|software|explorer)"
    r"|lists?\.[\w-]{1,60}\.[\w.-]{1,60}/|@lists?\.",
    re.IGNORECASE,
)
# Mailman without its rule: the list's page alone on the last line.
_LIST_ADDRESS = re.compile(r"\s*https?://\S+/listinfo/\S+\s*$")
_WHERE = re.compile(r"://|@|www\.|subject")
_LINK = re.compile(r"://|www\.")
_LEAVING_LINE = re.compile(_LEAVING, re.IGNORECASE)
_ADDED_LINE = re.compile(
    rf"{_SCANNED}|{_GREEN}|do you yahoo|your use of yahoo! groups", re.IGNORECASE
)
_PRIVATE = re.compile(
    r"confidential|privileged|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk|fortrolig"
    r"|konfidentiell|luottamuksell|poufn|důvěrn|bizalmas|конфиденциальн|legally|\bgizli|機密|机密|保密|秘密|기밀|εμπιστευτικ",
    re.IGNORECASE,
)
_MEANT_FOR = re.compile(
    r"intended|recipient|addressee|delete|disclos|empfänger|adressat|bestimmt|irrtüm|destinat"
    r"|dirigid|geadresseerde|bestemd|modtager|mottagare|vastaanottaja|adresat|příjemc|címzett"
    r"|получател|адресат|alıcı|宛先|受信者|收件|错收|誤收|수신|por error|remitente|odbiorc"
    r"|παραλήπτ",
    re.IGNORECASE,
)
# A disclaimer speaks of the mail that it stands in; an author's secret is about something else.
_THIS_MAIL = re.compile(
    r"\b(?:this|the|dies\w{0,2}|cet?|cette|present[ei]?|présent\w{0,2}|est[ea]|quest[oa]|dit|deze|den+[ae]|det+[ae]"
    r"|tämä\w{0,3}|ta|tej|niniejsz\w{1,4}|tato|tento|této|tohoto|ez az|ezen|jelen|эт\w{1,3}"
    r"|данн\w{1,3}|настоящ\w{1,3}|bu)\s(?:[\w.,/()-]{1,20}\s){0,3}?(?:electronic\s|elektron\w{1,8}\s|электронн\w{1,4}\s)?"
    r"[\"'(]?(?:e-?mail|mail|e-?post|message|messaggio|mensaje|mensagem|communication|comunica|transmission|fax"
    r"|nachricht|mitteilung|courri|correo|correio|posta|bericht|besked|melding|meddel|viesti|sähköposti"
    r"|wiadomo|korespond|transmisj|e-?posta|zpráv|üzenet|levél|сообщени|письм)"
    r"|本(?:メール|電子メール|邮件|郵件|电子邮件|電子郵件)|(?:본|이) ?(?:메일|이메일|전자우편)"
    r"|e-?mail (?:and|or) any|confidentiality (?:notice|note)|disclaimer"
    r"|not (?:the|an) (?:intended|named) (?:recipient|addressee)",
    re.IGNORECASE,
)
# The second half of one may go on with "it".
_IN_ERROR = re.compile(
    r"received (?:it|this) (?:in error|by mistake)|irrtümlich (?:erhalten|zugegangen)"
    r"|reçu.{0,20} par erreur|recibido.{0,30} por error|ricevuto.{0,30} per errore",
    re.IGNORECASE,
)
# What law demands below a company's mails: its registration, or whose data it keeps.
_REGISTERED = re.compile(
    r"registered (?:in|no\b|number|office)|company (?:no\b|number|registration)|handelsregister"
    r"|amtsgericht|\bHRB \d|geschäftsführer|\bSIRET\b|\bRCS\b|capital (?:social|de)\b|siège social",
    re.IGNORECASE,
)
_DATA_LAW = re.compile(r"\b2016/679\b")
_DATA_RIGHTS = re.compile(
    r"derechos|rights|rechte\b|droits|diritti|direitos|rechten|praw[ao]?\b", re.IGNORECASE
)
_WIDE = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
_AD_RULE = re.compile(r"\s*_{40,}\s*$")
_MAX_AD_LINES = 3
_MIN_DISCLAIMER = 120
# One such word is a subject to write about.
_ENOUGH_OF_LAW = 2
_NAME_WORDS = 5
_AFTERTHOUGHT = re.compile(r"(?:p\. ?){1,2}s\.?\s*[:.]|p\.?p?s\.?[: ]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?。！？]\s*$")
# A shorter sentence is a motto; titles and addresses are no sentences.
_PROSE_WORDS = 15
_SIGNED_BEGIN = re.compile(r"(?m)^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Z][A-Za-z-]*:.*\n)*\n?")
_SIGNATURE_BEGIN = "-----BEGIN PGP SIGNATURE-----"
# Up to its end, or to the text's where it was cut.
_ARMOUR = re.compile(
    r"(?m)^-----BEGIN PGP (SIGNATURE|PUBLIC KEY BLOCK)-----$"
    r"(?:[^-]|-(?!----END))*+(?:-----END PGP \1-----)?+"
)


@dataclass(frozen=True, slots=True)
class Closing:
    """A text in three parts; `own` keeps the sign-off ("Best, Ann"): it is style."""

    own: str
    signature: str
    footer: str


def closed(text: str, names: frozenset[str] = frozenset(), *, below: bool = False) -> Closing:
    """Split off what stands under every mail: signature, mobile line, list footer, disclaimer.

    And above it: a gateway's warning counts as a footer.

    A marked signature is the text behind the last `-- ` line (RFC 3676 section 4.3) when it is
    at most 30 lines long (below a bare `--` 16); one between two rules tells how to reach its
    author; an unmarked one begins with one of the author's `names` (lower case). `below` a quote
    that the author has answered above, a disclaimer or a scanner's line may be all there is.
    """
    text, armour = _without_armour(clear_signed(text))
    lines = text.rstrip().split("\n")
    footers: list[str] = [armour] if armour else []
    above = banner_end(lines)
    banner, lines = "\n".join(lines[:above]).strip(), lines[above:]
    signatures: list[str] = []
    if (cut := boxed_start(lines)) is not None and not _is_footer("\n".join(lines[cut:])):
        signatures.append("\n".join(lines[cut + 1 : -1]).strip("\n"))
        lines = lines[:cut]
    lines = _without_last_rule(lines)
    for _ in range(_MAX_PIECES):
        if (cut := _footer_start(lines)) is not None or (
            below and (cut := _footer_alone(lines)) is not None
        ):
            footers.insert(0, "\n".join(lines[cut:]).strip())
        elif (cut := _mobile_start(lines)) is not None:
            signatures.insert(0, "\n".join(lines[cut:]).strip())
        elif (cut := _signature_start(lines)) is not None:
            after = _afterthought(lines, cut + 1)
            signatures.insert(0, "\n".join(lines[cut + 1 : after]).strip("\n"))
            lines = [*lines[:cut], *lines[after:]]
            cut = len(lines)
        elif (cut := unmarked_start(lines, names)) is not None:
            signatures.insert(0, "\n".join(lines[cut:]).strip("\n"))
        elif (cut := ruled_start(lines, names)) is not None:
            signatures.insert(0, "\n".join(lines[cut + 1 :]).strip("\n"))
        else:
            break
        lines = _without_last_rule(lines[:cut])
    return Closing(
        own="\n".join(lines).strip("\n"),
        signature="\n".join(one for one in signatures if one),
        footer="\n".join(one for one in (banner, *footers) if one),
    )


def quotable(text: str) -> str:
    """A mail's text as a reply quotes it.

    As in Thunderbird (`mail.strip_sig_on_reply`) all behind the first `-- ` goes, an older quote
    too, and a signature without that line stays. Footers, disclaimers and phones' lines go as
    well, which Thunderbird would quote: programs wrote them, and a reply hands them on to
    everybody. The whole text where nothing would stay.
    """
    lines = text.split("\n")
    end = next((index for index, line in enumerate(lines) if line == "-- "), len(lines))
    return closed("\n".join(lines[:end])).own or text


def _without_last_rule(lines: list[str]) -> list[str]:
    """Without the blank lines and the rules at the end that parted the text from what followed."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _RULE.match(lines[end - 1])):
        end -= 1
    return lines[:end]


def clear_signed(text: str) -> str:
    """The text of a clear-signed mail without the lines above it and the dashes' escapes.

    RFC 9580 section 7. What is signed may begin with a quote: this goes before quotes are looked
    for.
    """
    head = _SIGNED_BEGIN.search(text)
    if head is None:
        return text
    end = text.find(_SIGNATURE_BEGIN, head.end())
    end = len(text) if end < 0 else end
    signed = re.sub(r"(?m)^- (?=-)", "", text[head.end() : end])
    return text[: head.start()] + signed + text[end:]


def _without_armour(text: str) -> tuple[str, str]:
    """The text of a mail with an armoured signature or key, and that block."""
    if "-----BEGIN PGP" not in text:
        return text, ""
    block = _ARMOUR.search(text)
    if block is None:
        return text, ""
    return text[: block.start()] + text[block.end() :], block[0].rstrip("\n")


def _signature_start(lines: list[str]) -> int | None:
    for index in range(len(lines) - 1, max(len(lines) - MAX_SIGNATURE_LINES - 2, -1), -1):
        if not _DELIMITER.match(lines[index]) or _parts_text(lines, index):
            continue
        if lines[index] == "-- " or len(lines) - index <= _MAX_BARE_LINES + 2:
            return index
    return None


def _parts_text(lines: list[str], index: int) -> bool:
    """Whether a bare `--` stands between an author's paragraphs: prose follows that goes on.

    A motto ends a signature; `-- ` with its blank is written by a client.
    """
    if lines[index] != "--":
        return False
    below = "\n".join(lines[index + 1 :])
    paragraphs = [part for part in below.split("\n\n") if part.strip()]
    last = len(paragraphs) - 1
    return any(
        _is_prose(part) and (number < last or below.startswith("\n"))
        for number, part in enumerate(paragraphs)
    )


def _is_prose(paragraph: str) -> bool:
    return (
        len(paragraph.split()) >= _PROSE_WORDS
        and bool(_SENTENCE_END.search(paragraph))
        and not _is_footer(paragraph)
    )


def _afterthought(lines: list[str], start: int) -> int:
    """Where a "PS: ..." begins below the signature at `start`; the end when there is none."""
    for index in range(start + 1, len(lines)):
        if not lines[index - 1].strip() and _AFTERTHOUGHT.match(lines[index]):
            return index
    return len(lines)


def _mobile_start(lines: list[str]) -> int | None:
    """A phone's line at the very end; alone it may be all there is."""
    last = lines[-1].strip() if lines else ""
    if last and len(last) < 160 and (_MOBILE.match(last) or _offers_outlook(lines, last)):
        return len(lines) - 1
    return None


def _offers_outlook(lines: list[str], last: str) -> bool:
    return len(lines) > 1 and not lines[-2].strip() and _OUTLOOK.match(last) is not None


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
            if not (_is_footer(below.partition("\n\n")[0]) or _is_ad(line, below)):
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
    if _is_greeting([line for line in lines[:start] if line.strip()]):
        return None
    if (first := _first_half(lines, start, lowest)) is not None:
        return first
    if (
        _is_disclaimer(paragraph)
        or len({one.lower() for one in _REGISTERED.findall(paragraph)}) >= _ENOUGH_OF_LAW
    ):
        return start
    if len(lines) - start <= _MAX_ADDED_LINES and (
        _ADDED_LINE.search(paragraph) or _tells_how_to_leave(paragraph)
    ):
        return start
    return None


def _footer_alone(lines: list[str]) -> int | None:
    """Where a disclaimer or a scanner's line with its link is all the text; never an answer."""
    text = "\n".join(lines).strip("\n")
    if not text or "\n\n" in text or text.count("\n") >= _MAX_ADDED_LINES:
        return None
    scanned = _ADDED_LINE.search(text) and _LINK.search(text)
    return 0 if scanned or _is_disclaimer(text) else None


def _first_half(lines: list[str], start: int, lowest: int) -> int | None:
    """Where a disclaimer of two paragraphs begins: it is secret; whom it is meant for."""
    end = start
    while end > lowest and not lines[end - 1].strip():
        end -= 1
    first = end
    while first > lowest and lines[first - 1].strip():
        first -= 1
    secret, meant = " ".join(lines[first:end]), " ".join(lines[start:])
    goes_on = _THIS_MAIL.search(meant) or _IN_ERROR.search(meant)
    if first == lowest or not (_THIS_MAIL.search(secret) and goes_on):
        return None
    return first if _PRIVATE.search(secret) and _MEANT_FOR.search(meant) else None


def _is_greeting(above: list[str]) -> bool:
    """Whether nothing but "Hi Ben," stands above: what follows is the author's."""
    return len(above) == 1 and above[0].rstrip().endswith((",", "!", ":"))


def _is_ad(rule: str, below: str) -> bool:
    """A sentence with a link below a mail provider's long rule; no name, which would sign."""
    lines = below.split("\n")
    return bool(
        _AD_RULE.match(rule)
        and len(lines) <= _MAX_AD_LINES
        and "://" in below
        and len(lines[0].split()) > _NAME_WORDS
    )


def _tells_how_to_leave(paragraph: str) -> bool:
    """ "Please unsubscribe me" is the author's; a list names the address or the page for it."""
    return bool(_LEAVING_LINE.search(paragraph) and _WHERE.search(paragraph))


def _is_footer(text: str) -> bool:
    return bool(_LIST.search(text)) or _is_disclaimer(text)


def _is_disclaimer(text: str) -> bool:
    # A character of Chinese, Japanese or Korean says as much as three letters.
    if len(text) + 2 * len(_WIDE.findall(text)) <= _MIN_DISCLAIMER:
        return False
    if _PRIVATE.search(text) and _MEANT_FOR.search(text) and _THIS_MAIL.search(text):
        return True
    return bool(_DATA_LAW.search(text) and _DATA_RIGHTS.search(text) and _WHERE.search(text))

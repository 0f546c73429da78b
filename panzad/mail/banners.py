"""Finds the warnings that mail gateways put above a mail, "CAUTION: external …": pure, over lines.

Organisations mark what comes from outside; the line reaches whoever the mail is forwarded or
answered to, as if its author had written it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Gateways' warnings are one paragraph or two, a few lines each.
_MAX_LINES = 8
_MAX_PARAGRAPHS = 3
_MAX_CHARACTERS = 900

# Alone on a line: "[EXTERNAL]", "*** External e-mail ***", "[Extern]".
_TAG = re.compile(
    r"[\s*\[({<#_=-]*(?:(?:this is an?\s)?ext(?:ern(?:al|e[rs]?|o|a)?)?|extérieure?|zewnętrzn\w+"
    r"|externí)"
    r"(?:[\s:-]+(?:e-?mail|mail|sender|message|absender|nachricht|expéditeur|remitente|mittente))?"
    r"[\s*\])}>#_=!:-]*$",
    re.IGNORECASE,
)
_SET_OFF = frozenset("[({<*#=_")
# That somebody outside wrote it ...
_OUTSIDE = re.compile(
    r"\b(?:outside|external|externen?|extern[oae]|außerhalb|extérieure?|externe|fuera de|esterno"
    r"|esterna|fora d[ao]|buiten|spoza|zewnętrzn\w+|utanför|uden for|utenfor|ulkopuol\w+|mimo)\b"
    r"|外部|社外|외부",
    re.IGNORECASE,
)
# ... came from there, unless the warning begins with the word ...
_CAME = re.compile(
    r"originat|\bsent\b|\bc[oa]mes?\b|\bis from\b|received|stammt|kommt|gesendet|provien|envoyé"
    r"|procede|enviado|inviat|komt|afkomstig|verzonden|pochodzi|kommer|skicka|sendt|lähete|pochází"
    r"|^[\s*\[({<#_=-]*ext|来自|來自|から|에서",
    re.IGNORECASE,
)
# ... that it is this mail ...
_THIS = re.compile(
    r"\b(?:this|diese\w?|ce(?:t|tte)?|est[ea]|quest[ao]|dit|deze|ta|denn?[ea]|detta|dette|tämä|tento|tato"
    r"|the sender|der absender|l'expéditeur|el remitente|il mittente)\b|此|この|本|이",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"e-?mail|\bmail\b|e-?post|message|sender|nachricht|absender|courriel|expéditeur|correo|mensaje"
    r"|remitente|messaggio|mittente|mensagem|bericht|wiadomo|meddel|viesti|zpráv|邮件|郵件|メール|메일",
    re.IGNORECASE,
)
# ... and what is not to be done with it.
_CARE = re.compile(
    r"\b(?:links?|attachments?|click|caution|be careful|anh[äa]nge|klicken|vorsicht|achtung|liens?"
    r"|pièces? jointes?|cliquez|attention|enlaces|adjuntos|precaución|allegati|attenzione|anexos"
    r"|cuidado|bijlagen|klik|załącznik\w*|bilagor|klicka|vedhæft\w+|liitte\w+|příloh\w*)\b"
    r"|链接|附件|リンク|添付|링크|첨부",
    re.IGNORECASE,
)
_WARNING_WORD = re.compile(
    r"[\s*\[({<#_=-]*(?:caution|warning|attention|external|extern|notice|important|be careful"
    r"|achtung|vorsicht|warnung|hinweis|avertissement|mise en garde|atención|precaución|advertencia"
    r"|attenzione|avviso|atenção|cuidado|let op|waarschuwing|uwaga|varning|obs"
    r"|advarsel|varoitus|upozornění)\b"
    r"|[\s*\[({<#_=-]*(?:注意|警告|주의)",
    re.IGNORECASE,
)
# Microsoft 365: "You don't often get email from …. Learn why this is important<https://aka.ms/…>".
_FIRST_CONTACT = re.compile(r"aka\.ms/LearnAboutSenderIdentification", re.IGNORECASE)
_SELDOM = re.compile(
    r"(?:\[?you don['’]t often get e-?mail from"
    r"|sie erhalten nicht (?:oft|häufig) (?:eine )?e-?mails? von"
    r"|some people who received this message don['’]t often get email from"
    r"|vous n['’]obtenez pas souvent d['’]e-?mail|no suele recibir correos?)\b",
    re.IGNORECASE,
)
# "This message originated from outside your organization." stands without more words, too.
_ALONE_LINES = 2
_ALONE = re.compile(
    r"[\s*\[(]*(?:this (?:e-?mail|message) (?:originated|was sent|comes?|came|is) from"
    r"(?: an external (?:sender|source)"
    r"|(?: someone)? outside (?:of )?(?:the|your|our) (?:organi[sz]ation|company))"
    r"|diese (?:e-?mail|nachricht) (?:stammt|kommt) von (?:einem externen absender"
    r"|außerhalb.{0,40}))[\s.!*\])]*",
    re.IGNORECASE,
)
# Proofpoint's marks in plain text.
_PROOFPOINT = ("ZjQcmQRYFpfptBannerStart", "ZjQcmQRYFpfptBannerEnd")
_PROOFPOINT_LINES = 25


def banner_end(lines: Sequence[str]) -> int:
    """How many lines at the head of a text are a gateway's; 0 when it begins with its author."""
    end = 0
    for _ in range(_MAX_PARAGRAPHS):
        start = next((i for i in range(end, len(lines)) if lines[i].strip()), len(lines))
        length = _length(lines[start : start + _PROOFPOINT_LINES])
        if not length:
            break
        end = start + length
    return end


def _length(lines: Sequence[str]) -> int:
    """How many of the lines are one warning."""
    if not lines:
        return 0
    if lines[0].strip() == _PROOFPOINT[0]:
        ends = (i + 1 for i, line in enumerate(lines) if line.strip() == _PROOFPOINT[1])
        return next(ends, 0)
    if lines[0].strip()[0] in _SET_OFF and _TAG.match(lines[0]):
        return 1
    blank = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    # Where the author goes on without a blank line the warning has a line of its own.
    return next((end for end in (blank, 1) if end <= _MAX_LINES and _warns(lines[:end])), 0)


def _warns(lines: Sequence[str]) -> bool:
    """Whether a paragraph says that this mail is from outside and what not to do with it.

    A person's "this mail from an external sender has no attachment" does not begin as a warning.
    """
    text = " ".join(lines)
    if len(text) > _MAX_CHARACTERS:
        return False
    if _FIRST_CONTACT.search(text) or _SELDOM.match(text.lstrip()):
        return True
    if len(lines) <= _ALONE_LINES and _ALONE.fullmatch(text.strip()):
        return True
    return _WARNING_WORD.match(text) is not None and all(
        part.search(text) for part in (_OUTSIDE, _CAME, _THIS, _MAIL, _CARE)
    )

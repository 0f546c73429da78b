"""Tells the language that an author's mail client speaks, by what it writes above quotes. Pure.

A hint for texts that are too short to tell: who writes mail in Croatian mostly has a client that
says "napisao je". English tells nothing, since clients speak it to people of every language; nor
do words that several languages share ("skrev", "Predmet:").
"""

from __future__ import annotations

import re

_VERBS_AND_LABELS = {
    "bg": r"написа\b|относно:",
    "ca": r"ha escrit|assumpte:",
    "cs": r"napsal|předmět:",
    "de": r"schrieb\b|geschrieben|betreff:",
    "el": r"έγραψε|θέμα:",
    "es": r"escribió|asunto:",
    "et": r"kirjutas\b|teema:",
    "fi": r"kirjoitti|aihe:",
    "fr": r"a écrit|objet ?:",
    "hr": r"napisao je|napisala je|piše:|šalje:",
    "hu": r"írta\b|tárgy:",
    "it": r"ha scritto|oggetto:",
    "lt": r"rašė\b",
    "lv": r"rakstīja\b",
    "nl": r"schreef\b|geschreven|onderwerp:",
    "pl": r"napisał|napisana przez|pisze:|temat:",
    "pt": r"escreveu|assunto:",
    "ro": r"a scris\b|subiect:",
    "ru": r"пишет|написал\(а\)|от(?: кого)?:",
    "sk": r"napísal",
    "sl": r"je oseba|je .{0,40}napisal|zadeva:",
    "sr": r"је написао|написао/ла",
    "sv": r"ämne:",
    "tr": r"yazdı\b|konu:",
    "uk": r"пише\b|написав|від:",
}
_SPOKEN = re.compile(
    r"\b(?:"
    + "|".join(rf"(?P<{language}>{words})" for language, words in _VERBS_AND_LABELS.items())
    + ")",
    re.IGNORECASE,
)


def client_language(introduction: str) -> str:
    """ISO 639-1 of the line or header block above a quote; empty where it tells nothing."""
    found = _SPOKEN.search(introduction)
    return (found.lastgroup or "") if found else ""

"""Tells the language of a text: pure, by CLD2, the one detector light enough for an idle daemon."""

from __future__ import annotations

import re

import pycld2

from panzad.mail.telling_words import TELLING

# What stands beyond them changes no verdict.
_CHARACTERS = 4_000
# Addresses are of no language; control characters and lone surrogates are refused by CLD2.
_WORDLESS = re.compile(
    r"(?:https?://|www\.)\S+|[^\s@]{1,80}@[^\s@]{1,80}|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
    r"|[\ud800-\udfff\ufdd0-\ufdef\ufff0-\uffff\U00010000-\U0010ffff]"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LETTER = re.compile(r"[^\W\d_]")
# "Ok" is a word of every language.
_NO_WORD = 3
# Below this many letters a Latin text is read as one of many languages by chance.
_FEW_LETTERS = 40
# What mail is mostly written in; a short text in one of the others is more likely misread.
_COMMON = frozenset(
    {
        *("ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi"),
        *("hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk"),
        *("sl", "sr", "sv", "th", "tr", "uk", "vi", "zh"),
        # Scripts that few languages have are not misread.
        *("bn", "gu", "hy", "ka", "kn", "ml", "pa", "ta", "te", "ur"),
    }
)
_KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_HANGUL = re.compile(r"[\u1100-\u11ff\uac00-\ud7af]")
# Japanese without a kana is a title or a short answer.
_FEW_HAN = 12
# CLD2's codes that ISO 639-1 writes otherwise; both written forms of Norwegian are one here.
_CODES = {"iw": "he", "nn": "no", "nb": "no", "jw": "jv", "in": "id", "zh-hant": "zh"}


def language_of(text: str, expected: str = "") -> str:
    """The ISO 639-1 code of the language that most of `text` is in; empty when it cannot be told.

    `expected` (the language of the thread, or what the author mostly writes) decides where a
    text is too short to: "Ok" is answered with it, "Ja, das passt." is German without it.
    """
    text = _WORDLESS.sub(" ", text[:_CHARACTERS])
    letters = len(_LETTER.findall(text))
    if letters and (found := _by_script(text, letters, expected)):
        return found
    if letters < _NO_WORD:
        return expected
    if letters < _FEW_LETTERS:
        if told := _told_by_words(text, expected):
            return told
    elif found := _detected(text, ""):
        return found
    found = _detected(text, expected)
    return found if found in _COMMON else expected


def _told_by_words(text: str, expected: str) -> str:
    """The one language that has all telling words of a short text, or the expected one of several.

    CLD2 reads "Danke, passt." as English where English is expected.
    """
    sets = [TELLING[word] for word in _WORD.findall(text.lower()) if word in TELLING]
    told = frozenset[str]().union(*sets).intersection(*sets)
    if expected in told:
        return expected
    return next(iter(told)) if len(told) == 1 else ""


def _by_script(text: str, letters: int, expected: str) -> str:
    """Chinese, Japanese or Korean by the letters themselves; empty for what is mostly others."""
    kana, han, hangul = (len(script.findall(text)) for script in (_KANA, _HAN, _HANGUL))
    # A character says as much as three letters: a name below is in Latin ones.
    if 3 * (kana + han + hangul) < letters - (kana + han + hangul):
        return ""
    if hangul > kana + han:
        return "ko"
    if kana:
        return "ja"
    return expected if han < _FEW_HAN and expected in {"ja", "ko"} else "zh"


def _detected(text: str, hint: str) -> str:
    """CLD2's best guess as ISO 639-1, leaning to `hint`; empty when it has none."""
    options = {"hintLanguage": hint} if hint else {}
    try:
        _, _, found = pycld2.detect(text, isPlainText=True, bestEffort=True, **options)
    except pycld2.error:
        return ""
    code = found[0][1].lower()
    code = _CODES.get(code, code.partition("-")[0])
    return code if len(code) == 2 and code != "un" else ""

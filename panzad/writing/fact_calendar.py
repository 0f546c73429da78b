"""Months and weekdays as words: looked up by language, in inflected forms too."""

from __future__ import annotations

from functools import lru_cache

from panzad.writing.calendar_names import DAYS, MONTHS

_VOWELS = "aeiouyáéíóúąęýаеиоуяыьіїαεηιουω"
SHORTEST_STEM = 4


def looked_up(word: str, names: dict[str, frozenset[int]]) -> frozenset[int]:
    """A calendar name by its written form, or its stem: "Thursdays", "в среду", "torstaina"."""
    word = word.casefold()
    for cut in range(min(4, len(word))):
        stem = word[: len(word) - cut] if cut else word
        if (cut == 0 or len(stem) >= SHORTEST_STEM) and stem in names:
            return names[stem]
    return frozenset()


@lru_cache(maxsize=64)
def months_of(language: str) -> dict[str, frozenset[int]]:
    return _calendar(MONTHS, language, 1)


@lru_cache(maxsize=64)
def days_of(language: str) -> dict[str, frozenset[int]]:
    return _calendar(DAYS, language, 0)


def _calendar(table: dict[str, str], language: str, first: int) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for row in rows(table, language):
        for number, forms in enumerate(row.split("|"), first):
            for form in forms.split():
                found.setdefault(form, set()).add(number)
                # One vowel is an ending; two leave "frid", and a fridge is no Friday.
                stem = form[:-1] if form[-1] in _VOWELS else form
                if len(form) > SHORTEST_STEM and len(stem) >= SHORTEST_STEM:
                    found.setdefault(stem, set()).add(number)
    return {form: frozenset(numbers) for form, numbers in found.items()}


def rows(table: dict[str, str], language: str) -> list[str]:
    """The table's rows for a language and English; all of them when the language is unknown."""
    if not language:
        return list(table.values())
    return [table[one] for one in dict.fromkeys((language, "en")) if one in table]

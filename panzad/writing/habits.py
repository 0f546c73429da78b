"""How the user writes to whom: greeting, sign-off, length and language, from past mails. Pure.

Habits are style and nothing else: a greeting to somebody else lends its form, never its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from panzad.mail.language import language_of
from panzad.mail.message import Address
from panzad.mail.signatures import name_words
from panzad.writing.given_names import given_name
from panzad.writing.greetings import NAME, Frame, frame_of, sign_off_start

# Fewer mails to the same people than this are no habit; the mails to all others tell more.
_ENOUGH = 3
# What older mails show has gone out of use.
NEWEST = 200
# What only facts have; a day or a month may be what the user is called ("April").
_TELLS = re.compile(r"\d|@|://")
# A greeting that less than this share of the mails have is not this user's way.
_MIN_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Trait:
    """How one past mail was written: to whom (addresses of To), its frame, words and language."""

    to: frozenset[str]
    frame: Frame
    words: int
    language: str


@dataclass(frozen=True, slots=True)
class Habits:
    """How a draft to certain people is usually written; empty and 0 where nothing is usual.

    `words` is the median length, `longest` the upper quartile, `language` that of the draft.
    """

    greeting: str = ""
    sign_off: str = ""
    words: int = 0
    longest: int = 0
    language: str = ""


def trait_of(to: Collection[str], own_text: str, language: str, author: str) -> Trait:
    """What a mail by `author` (display name) shows of the habits."""
    return Trait(frozenset(to), frame_of(own_text, names_of(author)), _count(own_text), language)


def names_of(author: str) -> frozenset[str]:
    """The words that an author of this name may sign with."""
    return name_words([Address(author, "")])


def habits(past: Sequence[Trait], to: Iterable[tuple[str, str]], answered: str = "") -> Habits:
    """The habits with the people of `to` (display name, address), from mails oldest first.

    Mails to exactly these people tell them; where there are too few, all mails do. Greeting and
    sign-off are those of mails in the language of the mail that is `answered`.
    """
    people = [(name, email.lower()) for name, email in to]
    addresses = frozenset(email for _, email in people)
    theirs = [trait for trait in past if addresses and trait.to == addresses][-NEWEST:]
    recent = past[-NEWEST:]
    told = theirs if len(theirs) >= _ENOUGH else recent
    usual = _most(trait.language for trait in told) if len(told) >= _ENOUGH else ""
    # A reply is in the language of the mail it answers.
    language = language_of(answered, usual) if answered else usual
    if len(told) < _ENOUGH:
        return Habits(language=language)
    greeting, sign_off = _frame(theirs, recent, people, language, usual)
    _, median, upper = quantiles([trait.words for trait in told], n=4, method="inclusive")
    return Habits(greeting, sign_off, round(median), round(upper), language)


def _frame(
    theirs: Sequence[Trait],
    recent: Sequence[Trait],
    people: Sequence[tuple[str, str]],
    language: str,
    usual: str,
) -> tuple[str, str]:
    """The greeting and the sign-off of a mail in this language to `people`.

    Mails to them in the language tell, else mails to anybody in it. Where there are too few of
    both, these people are called what they always are; others get no greeting of another language,
    and a sign-off only where it is a name.
    """
    same = _in_language(theirs, language, usual)
    anybody = _in_language(recent, language, usual)
    if len(same) < _ENOUGH <= len(anybody):
        form = _usual(trait.frame.form for trait in anybody)
        return _addressed(form, people), _usual(trait.frame.sign_off for trait in anybody)
    close = same if len(same) >= _ENOUGH else theirs
    if len(close) >= _ENOUGH:
        return (
            _usual(trait.frame.greeting for trait in close),
            _usual(trait.frame.sign_off for trait in close),
        )
    return "", _usual(trait.frame.name for trait in recent)


def _in_language(told: Sequence[Trait], language: str, usual: str) -> list[Trait]:
    """The mails in a language; one of which it is not known counts as in the `usual` one.

    Where nothing is known of any, all are.
    """
    return [trait for trait in told if not usual or (trait.language or usual) == language]


def _usual(values: Iterable[str]) -> str:
    """The commonest value, when enough mails have any; what was written once is no habit.

    Nor is what says a fact ("Call 020 7946 0000, / Ann"): not every reader need have received it.
    """
    found = list(values)
    most = _most(found)
    usual = sum(map(bool, found)) >= _MIN_SHARE * len(found) and found.count(most) > 1
    return most if usual and not _TELLS.search(most) else ""


def _most(values: Iterable[str]) -> str:
    counted = Counter(value for value in values if value)
    # Of equals the one that was seen first: a rule that training and writing share.
    return counted.most_common(1)[0][0] if counted else ""


def _addressed(form: str, people: Sequence[tuple[str, str]]) -> str:
    """The greeting's form with the first name of whom it goes to; empty when that is unknown."""
    if NAME not in form:
        return form
    called = given_name(*people[0]) if len(people) == 1 else ""
    return form.replace(NAME, called) if called else ""


def expected_words(habit: Habits, instruction: str) -> int:
    """About how many words the draft will have, to the nearest ten; 0 when nothing tells it.

    What is typed says in few words what the mail says in more: it asks for a longer mail than
    usual when it is long itself.
    """
    asked = round(_EXPANSION * _count(instruction))
    return max(10, round(max(habit.words, asked), -1)) if habit.words or asked else 0


# So many words a mail has for each of its instruction, greeting and sign-off among them: the median
# over 245 mails of people who were made up, with instructions written by hand.
_EXPANSION = 2.0


def with_habits(draft: str, habit: Habits, author: str, words: int) -> str:
    """A base model's draft with the user's own greeting and sign-off, at about the usual length.

    The base model has never seen this user's mail: what it puts there ("Dear Sir", "[Your Name]")
    is nobody's habit, and it goes on for three times as long. Where nothing is usual its own
    stays; `words` is the expected length, 0 where none is.
    """
    lines = draft.strip().split("\n")
    greeted = bool(frame_of(draft, frozenset()).greeting)
    greeting, said = (lines[0], lines[1:]) if greeted else ("", lines)
    end = _model_sign_off(said, author)
    text = "\n".join(said[:end]).strip("\n")
    if not text.strip():
        return draft
    if words:
        text = _within(text, round(_LENIENCE * words))
    sign_off = habit.sign_off or "\n".join(said[end:])
    return "\n\n".join(part for part in (habit.greeting or greeting, text, sign_off) if part)


def signed(draft: str, sign_off: str, names: frozenset[str]) -> str:
    """A draft with the usual sign-off where it has none, or has it in other lines.

    An adapter that has learnt little, or was cut off, ends without one. `names` as for `frame_of`.
    """
    found = frame_of(draft, names).sign_off
    if found.split() == sign_off.split() and draft.rstrip().endswith(found):
        return draft.rstrip().removesuffix(found) + sign_off
    if not sign_off or not draft.strip() or found:
        return draft
    above, _, last = draft.rstrip().rpartition("\n")
    begun = above and last.strip() == sign_off.split("\n")[0].strip()
    return f"{(above if begun else draft).rstrip()}\n\n{sign_off}"


def _within(text: str, words: int) -> str:
    """The whole sentences of a text that are within so many words; its first one in any case."""
    end = 0
    for sentence in _SENTENCE_END.finditer(text):
        if end and _count(text[: sentence.end()]) > words:
            return text[:end].rstrip()
        end = sentence.end()
    return text


_SENTENCE_END = re.compile(r"[.!?…](?=\s|$)|[。！？]|\n\n")
# A draft may be so much longer than usual: half of all mails are longer than the median.
_LENIENCE = 1.5


def _model_sign_off(lines: list[str], author: str) -> int:
    """Where a base model signs off: with the name, or with a gap for it ("[Your Name]")."""
    signed = sign_off_start(lines, names_of(author))
    if signed < len(lines):
        return signed
    return sign_off_start(lines, _GAP)


_GAP = frozenset({"your", "name", "signature"})


def _count(text: str) -> int:
    return len(text.split())

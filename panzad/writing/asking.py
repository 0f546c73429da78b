"""A mail as its author would ask for it: "Ask Wally for the slides. Thank him." Pure.

People who want a mail written name what it does: it asks, thanks, apologises, offers, suggests,
tells. A model that has only seen a mail's own words as instructions writes "I asked you" for "Ask
him". English only: there is no such table for other languages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

from panzad.writing import telling

LANGUAGE = "en"
# How often what only makes a sentence polite is left out.
UNPADDED = 0.9
# How often a word that says little goes where a sentence is cut short.
THINNED = 0.5
# How much somebody leaves out who leaves out the most: how often a sentence is cut short; and a
# sentence, a clause or a bracket that names nothing goes, where others remain. Above 1: so do more.
CURT, UNSAID = 0.9, 1.6
# How often, beside other sentences, a question or a request goes.
UNASKED = 0.3
# How often a plain statement is not introduced by "tell them": the first one, and any other.
UNTOLD, UNTOLD_LATER = 0.4, 0.85

_PADDING = re.compile(
    r"\b(?:i was wondering (?:if|whether)|i (?:just )?wanted to (?:let you know|ask)(?: that)?"
    r"|i (?:think|believe|guess)(?: that)?|i hope (?:that )?(?:all is well|you(?:'re| are) well)"
    r"|if (?:that's |that is |it's |it is )?(?:possible|ok|okay|fine)|in the near future"
    r"|so much|very much|a lot|again|just|very|really|please|a bit|quite|also|actually|kindly"
    r"|in fact|of course|by the way|however|therefore|unfortunately|definitely|certainly)\b,? ?",
    re.I,
)
_POLITE = re.compile(
    r"i hope (?:that )?(?:all is|everything is|you(?:'re| are)) (?:well|fine|good)\W*", re.I
)
_REQUEST = re.compile(r"\?\W*$|\b(?:please|let (?:me|us) know)\b", re.I)
_BRACKETS = re.compile(r"\s*\([^()]{1,200}\)")
_OPENING = re.compile(r"^(?:and|but|so|also|ok|okay|alright|well|great|ah|oh|hi|hey)[, ]+", re.I)
# Where a clause begins that may go.
_CLAUSE = re.compile(
    r"(?=, |\s+(?:because|since|so that|in order to|in case|such that|if you|which|while|when"
    r"|as (?:I|we|it|they|you)|after|before|due to|instead of|regarding|as soon as)\b)",
    re.I,
)
_JOINT = re.compile(r"^[\s,]*(?:(?:and|so|but|because|since|therefore)\b(?! that))?\s*", re.I)
# A line that was broken within a sentence goes on.
_BROKEN = re.compile(r"(?<![.!?:\n])\n(?!\n)")
# Words that are no names.
_BEGINNERS = frozenset(
    """
    a an the this that these those it its it's he she they there here we we're we've you your my our
    his her their some any all both each no not yes if when while since because as although though
    what which who how why where in on at for from with by to of and but or so then now next also
    sounds looks seems great good nice thanks thank sorry please could can would will do does did
    is are was were have has had should may might let let's
    """.split()  # noqa: SIM905
)
_THEM = re.compile(
    r"\byou\b(?=\s+(?:to|with|for|at|in|on|a|an|the|this|that|some|my|all|both|about|again)\b|\W*$)"
    r"|(?<=\b(?:to|of|by|at) )you\b|(?<=\b(?:for|see|let) )you\b|(?<=\b(?:with|from|meet|tell"
    r"|give|send|help|than) )you\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Act:
    """What a sentence does: its verb ("ask"), and what stands before and after the addressee."""

    pattern: re.Pattern[str]
    lead: str
    rest: str


def _act(pattern: str, lead: str, rest: str) -> _Act:
    return _Act(re.compile(pattern, re.I), lead, rest)


_X = r"(?P<x>.+)"
_YOU = (
    r"(?:you guys|you)(?: both| all| please| maybe| perhaps| possibly| kindly| also| be able to"
    r"| be willing to| be so kind as to)*"
)
_QUESTIONS = (
    _act(rf"(?:could|can|would|will) {_YOU} {_X}", "ask {whom}", "to {x}"),
    _act(rf"(?:do|did) you {_X}", "ask {whom}", "if they {x}"),
    _act(rf"are you {_X}", "ask {whom}", "if they are {x}"),
    _act(
        rf"(?P<aux>have|had|would|will|should|can|could|may) you {_X}",
        "ask {whom}",
        "if they {aux} {x}",
    ),
    _act(
        r"(?P<aux>is|are|was|were|have|has|would|will|should|can|could|may|shall)"
        rf" (?P<one>I|we|it|this|that|there|he|she|they) {_X}",
        "ask {whom}",
        "if {one} {aux} {x}",
    ),
    _act(rf"(?:how|what) about {_X}", "suggest to {whom}", "{x}"),
    _act(r"any (?P<x>.+)", "ask {whom}", "if there is any {x}"),
    _act(rf"(?:maybe|perhaps) {_X}", "suggest to {whom}", "{x}"),
    _act(rf"{_X}", "ask {whom}", "{x}"),
)
_STATEMENTS = (
    _act(
        r"(?:many )?(?:thanks|thank you)(?: so much| very much| a lot| again| once more)*,?"
        rf" for {_X}",
        "thank {whom}",
        "for {x}",
    ),
    _act(
        r"(?:many )?(?:thanks|thank you)(?: so much| very much| a lot| again| once more)*"
        r"(?:\W+(?P<x>.+))?",
        "thank {whom}",
        ", {x}",
    ),
    _act(
        r"(?:i(?:'m|’m| am)|we(?:'re|’re| are))?\s*(?:very |so |really )*(?:sorry|my apologies"
        rf"|apologies|i apologi[sz]e)(?: for| about) {_X}",
        "apologise to {whom}",
        "for {x}",
    ),
    _act(
        r"(?:i(?:'m|’m| am)|we(?:'re|’re| are))?\s*(?:very |so |really )*(?:sorry|my apologies"
        r"|apologies)(?:,? (?:but )?(?P<x>.+))?",
        "apologise to {whom}",
        ", {x}",
    ),
    _act(rf"(?:please )?let (?:me|us) know {_X}", "ask {whom}", "to tell me {x}"),
    _act(rf"please(?: do)? {_X}", "ask {whom}", "to {x}"),
    _act(rf"let(?:'s|’s| us) {_X}", "suggest to {whom}", "to {x}"),
    _act(
        r"(?:i|we)(?: would|'d|’d)(?: be)? (?:very |more than )?(?:happy|glad) to"
        rf" {_X}",
        "offer {whom}",
        "to {x}",
    ),
    _act(rf"congrat(?:s|ulations)\b(?: on)? {_X}", "congratulate {whom}", "on {x}"),
    _act(r"yes\b\W*(?P<x>.*)", "", "yes, {x}"),
)
_TOLD = _act(_X, "tell {whom}", "{x}")
_PRONOUNS = ("them", "them", "him", "her")


def asking(own_text: str, rng: Random) -> str:
    """The instruction for an English mail; empty for one that says nothing.

    What is left out and how a statement is introduced is up to chance.
    """
    body = _BROKEN.sub(" ", telling.body(own_text))
    facts = {piece for fact in telling.facts(body) for piece in fact.split()}
    name = telling.addressed(own_text)
    called = name or rng.choice(_PRONOUNS)
    curt = rng.random()
    said = ""
    sentences = [one for one in telling.sentences(body) if not _POLITE.fullmatch(one)]
    for sentence in _kept(sentences, facts, curt, rng):
        part = _asked(sentence, called, bool(said), facts, curt, rng)
        if not part:
            continue
        joint = rng.choice((". ", ". ", ", ", "; ")) if said else ""
        said += joint + (_capital(part) if joint in (". ", "") else part)
        called = "them" if called == name else called
    return f"{' '.join(said.split())}." if said else ""


def _kept(parts: list[str], facts: set[str], curt: float, rng: Random) -> list[str]:
    """Sentences or clauses without some that name nothing; at least the longest."""
    longest = max(parts, key=len, default="")
    return [
        one
        for one in parts
        if one is longest
        or facts & {word.strip(telling.EDGES) for word in one.split()}
        or rng.random() >= UNSAID * curt * (UNASKED if _REQUEST.search(one) else 1)
    ]


def _asked(
    sentence: str, called: str, later: bool, facts: set[str], curt: float, rng: Random
) -> str:
    """One sentence as it is asked for, without its full stop."""
    question = sentence.rstrip().endswith("?")
    text = _OPENING.sub("", telling.ITEM.sub("", sentence)).strip().rstrip(".!?…:;, ")
    found = _read(text, _QUESTIONS if question else _STATEMENTS)
    if found is None:
        return ""
    act, match = found
    parts = {name: _theirs(value or "") for name, value in match.groupdict().items()}
    told = act.rest.format_map(parts) if parts.get("x") else ""
    if rng.random() < UNPADDED:
        told = _PADDING.sub("", told)
    if rng.random() < UNSAID * curt:
        told = _BRACKETS.sub("", told)
    told = _curtailed(told, facts, curt, rng)
    if rng.random() < CURT * curt:
        told = _thinned(told, facts, rng)
    named = not later and called not in _PRONOUNS
    if act is _TOLD and not named and rng.random() < (UNTOLD_LATER if later else UNTOLD):
        return told.strip(" ,")
    lead = act.lead.format(whom=called)
    if not act.lead and named:
        lead = f"tell {called}"
    return re.sub(r"\s+(?=,)|^[\s,]+|[\s,]+$", "", f"{lead} {told}")


def _curtailed(text: str, facts: set[str], curt: float, rng: Random) -> str:
    """The text without some of its clauses."""
    clauses = _CLAUSE.split(text)
    kept = _kept(clauses, facts, curt, rng)
    left = "".join(kept)
    return left if kept[:1] == clauses[:1] else _JOINT.sub("", left)


def _capital(text: str) -> str:
    """The text as a sentence begins, but for a link."""
    return text[0].upper() + text[1:] if text.split()[0].strip(",").isalpha() else text


def _read(text: str, acts: tuple[_Act, ...]) -> tuple[_Act, re.Match[str]] | None:
    for act in (*acts, _TOLD):
        if match := act.pattern.fullmatch(text):
            return act, match
    return None


def _theirs(text: str) -> str:
    """The addressee in the third person, and without the capital that only begins a sentence."""
    first, _, rest = text.partition(" ")
    if first.lower() in _BEGINNERS:
        text = f"{first.lower()} {rest}".strip()
    text = _THEM.sub("them", text)
    text = re.sub(r"\byou(?:'re|’re| are)\b", "they are", text, flags=re.I)
    text = re.sub(r"\byou\b", "they", text, flags=re.I)
    text = re.sub(r"\byours\b", "theirs", text, flags=re.I)
    return re.sub(r"\byour\b", "their", text, flags=re.I)


def _thinned(text: str, facts: set[str], rng: Random) -> str:
    return " ".join(
        word for word in text.split() if telling.weight(word, facts) or rng.random() >= THINNED
    )

"""A mail as its author might have asked for it: in a line or in full, never twice the same.

Training is shown another wording of each instruction in every epoch. Of one wording alone, and
that a full one, a model learns to copy it out; it then trusts a terse instruction too much.
"""

from __future__ import annotations

from random import Random

from panzad.writing import asking, telling
from panzad.writing.paraphrasing import paraphrased
from panzad.writing.prompts import clip

# The share of a mail's words that an instruction holds.
TERSE, FULL = 0.25, 0.75
# How often an English mail is asked for by what it does ("Ask Tom for …").
ASKED = 0.75
# How often the instruction itself is shown otherwise: people type in whole sentences, too.
KEPT = 0.33
# Which share of the phrases that have one are in another wording.
REPHRASED = (0.3, 1.0)
# How often the addressee is named first.
ADDRESSED = 0.6
CHARACTERS = 600
# Letters by which chance may lift a word over another: which words are jotted down differs.
_CHANCE = 4.0


def reworded(instruction: str, own_text: str, language: str, rng: Random) -> str:
    """The instruction for a mail in this language (ISO 639-1), or the mail asked for otherwise.

    It may be asked for by what its sentences do, or jotted down; in other words than the mail's
    where the language is one that `asking` and `paraphrasing` know.
    """
    share = rng.uniform(TERSE, FULL)
    if not instruction:
        return instruction
    if language != asking.LANGUAGE:
        return instruction if rng.random() < KEPT else jotted(own_text, share, rng)
    if rng.random() < ASKED:
        said = clip(asking.asking(own_text, rng), CHARACTERS) or instruction
    else:
        said = instruction if rng.random() < KEPT else jotted(own_text, share, rng)
    return paraphrased(said, rng.uniform(*REPHRASED), rng)


def jotted(own_text: str, share: float, rng: Random) -> str:
    """About that share of the words of what a mail says, in order.

    Facts (names, numbers, links) all stay; then come the words that turn a sentence's sense, then
    the long ones. Each sentence keeps two words at least.
    """
    body = telling.body(own_text)
    facts = {piece for fact in telling.facts(body) for piece in fact.split()}
    said = " ".join(_jotted(one, facts, share, rng) for one in telling.sentences(body))
    name = telling.addressed(own_text)
    told = f"Tell {name}: {said}" if name and rng.random() < ADDRESSED else said
    return clip(told, CHARACTERS)


def _jotted(sentence: str, facts: set[str], share: float, rng: Random) -> str:
    words = sentence.split()
    weights = [telling.weight(word, facts) + _CHANCE * rng.random() for word in words]
    by_weight = sorted(range(len(words)), key=lambda at: weights[at], reverse=True)
    named = sum(word.strip(telling.EDGES) in facts for word in words)
    kept = sorted(by_weight[: max(2, named, round(share * len(words)))])
    return " ".join(words[at] for at in kept)

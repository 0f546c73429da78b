"""What a run learns from, out of the store: samples of all pairs, and the edits of drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from panzad.config import Config
from panzad.engines.catalogue import ModelFiles
from panzad.learning.samples import READINGS, Mix, contrasts, samples
from panzad.recall.embedder import Embedder
from panzad.recall.exact import ExactIndex
from panzad.recall.retriever import Retriever
from panzad.store import drafts
from panzad.store.database import Database
from panzad.store.drafts import Preference
from panzad.store.pairs import Pair
from panzad.training.dataset import Sample, without_facts
from panzad.training.preference import Contrast, Preferences
from panzad.writing.brief import Briefing

# Of what chance leaves out of a prompt, or puts into other words.
CHANCE = 7


def dataset(
    db: Database,
    config: Config,
    files: ModelFiles,
    learnt: Iterable[Pair],
    held_out: Iterable[Pair],
    epochs: int,
) -> tuple[list[Sample], list[Sample]]:
    """The pairs to learn from in so many epochs and those to judge by as samples.

    Each has the prompt that a draft would get; what is learnt has one for each epoch that reads it
    otherwise.
    """
    authors, briefing, mix = _authors(config), _briefing(db, config, files), mix_of(config)

    def made(pairs: Iterable[Pair], readings: int) -> list[Sample]:
        found = samples(pairs, authors, briefing, mix, readings)
        return [without_facts(one) for one in found] if config.training.mask_facts else found

    return made(learnt, min(epochs, READINGS)), made(held_out, 1)


def mix_of(config: Config) -> Mix:
    """What of its prompt each sample has, by the settings."""
    return Mix(
        config.training.drop_instruction,
        config.training.retrieved,
        config.retrieval.examples,
        CHANCE,
    )


@dataclass(frozen=True, slots=True)
class Edits:
    """By their marks, the drafts that were edited before they were sent; none with weight 0."""

    contrasts: Mapping[int, Contrast]
    weight: float

    def among(self, marks: Iterable[int]) -> Preferences:
        """Those of these marks that are still there."""
        found = (self.contrasts[mark] for mark in marks if mark in self.contrasts)
        return Preferences(tuple(found), self.weight)


def edits_of(db: Database, config: Config, files: ModelFiles) -> Edits:
    """The edits to be learnt from, by the settings."""
    weight = config.training.preference_weight
    kept = drafts.preferences(db) if weight else []
    return Edits(contrasted(db, config, files, kept) if kept else {}, weight)


def contrasted(
    db: Database, config: Config, files: ModelFiles, kept: Iterable[Preference]
) -> dict[int, Contrast]:
    """By their marks, edited drafts beside the mails they became; facts masked as in mails."""
    found = contrasts(kept, _authors(config), _briefing(db, config, files), mix_of(config))
    if not config.training.mask_facts:
        return found
    return {
        mark: Contrast(without_facts(one.chosen), without_facts(one.rejected))
        for mark, one in found.items()
    }


def _authors(config: Config) -> dict[str, str]:
    return {name: account.name for name, account in config.accounts.items()}


def exact_retriever(db: Database, config: Config) -> Retriever:
    """The past mails as a run sees them: in an order that is the same when it is gone on with."""
    wanted = config.retrieval
    return Retriever(db, ExactIndex(db), Embedder(), wanted.share, lend_style=wanted.lend_style)


def _briefing(db: Database, config: Config, files: ModelFiles) -> Briefing:
    """What prompts are built by. It is large: nobody holds it while a run goes on."""
    from panzad.engines.gguf_base import token_counter

    return Briefing(exact_retriever(db, config), token_counter(files))

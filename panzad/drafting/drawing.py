"""Draws the candidates for a draft, and says when there are enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog

from panzad.engines.protocol import ChatMessage, Engine, Generation, Sampling
from panzad.errors import PanzadError
from panzad.writing.choosing import Candidate, Wanted, lacks
from panzad.writing.grounding import Grounded

MAX_TOKENS = 400
# A base model goes round in circles without. An adapter does not, and with it leaves out what the
# instruction names: on 25 of david's mails ROUGE-L was 0.51 with and 0.55 without.
REPEAT_PENALTY = 1.05
# How every candidate but the first is drawn.
TEMPERATURE = 0.7
TOP_P = 0.95

log = structlog.get_logger("panzad.drafting")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A candidate, its text with gaps for what nobody has said, and the answer it came from."""

    candidate: Candidate
    held: Grounded
    answer: Generation


def draw(
    engine: Engine,
    messages: Sequence[ChatMessage],
    finished: Callable[[Generation], Drawn],
    wanted: Wanted,
    *,
    adapter: bool,
    candidates: int,
    patience: float,
) -> list[Drawn]:
    """So many candidates, and up to as many again while each lacks something that is `wanted`; one
    alone stays alone.

    No other is begun once they have taken `patience` seconds of writing, or one could not be had.
    `finished` makes a mail of an answer. Raises what the engine raises for the first.
    """
    drawn: list[Drawn] = []
    lacking = True
    most = 2 * candidates if candidates > 1 else 1
    for sampling in _samplings(most, adapter=adapter):
        if len(drawn) >= candidates and not lacking:
            break
        try:
            answer = engine.generate(messages, sampling, adapter=adapter)
        except PanzadError as error:
            if not drawn:
                raise
            log.warning("draft.candidate_failed", after=len(drawn), error=str(error))
            break
        drawn.append(finished(answer))
        lacking = lacking and lacks(drawn[-1].candidate, wanted) > 0
        if sum(one.answer.seconds for one in drawn) >= patience:
            break
    return drawn


def _samplings(candidates: int, *, adapter: bool) -> list[Sampling]:
    """How each candidate is drawn: the first is the model's likeliest, the others by chance, the
    same chance every time."""
    first = Sampling(max_tokens=MAX_TOKENS, repeat_penalty=1.0 if adapter else REPEAT_PENALTY)
    return [first] + [
        replace(first, temperature=TEMPERATURE, top_p=TOP_P, seed=seed)
        for seed in range(1, candidates)
    ]

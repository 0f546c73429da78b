"""Samples, their time-ordered split, their tokens, and the batches they are trained in."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from panzad.engines.chat import ChatFormat, render
from panzad.engines.protocol import ChatMessage
from panzad.writing.facts import unprompted

HOLDOUT_SHARE = 0.1
MIN_HOLDOUT = 4
MAX_HOLDOUT = 100
MAX_TOKENS = 1536
# `prompts.TOKENS`, and what a chat template adds to them.
MAX_PROMPT_TOKENS = 1024
# Batches are cut from runs of this many, sorted by length: little padding, still well mixed.
BUCKET = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail to learn: the prompt's turns, and the user's own text as the completion.

    `masked` are the spans (start, end) of the completion's characters that are not learnt.
    `others` are the same mail under other prompts: each epoch takes the next.
    """

    mail_id: int
    date: str
    messages: tuple[ChatMessage, ...]
    completion: str
    masked: tuple[tuple[int, int], ...] = ()
    others: tuple[Sample, ...] = ()

    def of_epoch(self, epoch: int) -> Sample:
        """The sample under the prompt that is read in this epoch, counted from 0."""
        return (self, *self.others)[epoch % (1 + len(self.others))]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A sample as token ids; only `completion` (end of turn included) is learnt.

    Of it, what `masked` marks is not; empty when all is.
    """

    prompt: tuple[int, ...]
    completion: tuple[int, ...]
    masked: tuple[bool, ...] = ()

    def __len__(self) -> int:
        return len(self.prompt) + len(self.completion)

    @property
    def learnt(self) -> tuple[bool, ...]:
        """For each token of the completion whether it is learnt."""
        return tuple(not one for one in self.masked) or (True,) * len(self.completion)


def without_facts(sample: Sample) -> Sample:
    """The sample with all facts masked that its prompt does not hold.

    So style is learnt and facts are not; those of the prompt keep their loss, for a draft has to
    copy them.
    """
    prompt = "\n".join(turn.content for turn in sample.messages)
    found = unprompted(sample.completion, prompt)
    return replace(
        sample,
        masked=tuple((one.start, one.end) for one in found),
        others=tuple(map(without_facts, sample.others)),
    )


def split(
    samples: Sequence[Sample], learnt: Collection[int] = frozenset()
) -> tuple[list[Sample], list[Sample]]:
    """The older mails to train on, and the newest tenth to judge by; both oldest first.

    Mails of the same text stay together and count as old as the first of them: "Thanks!" is
    learnt as often as it was written and nobody is judged by it. The hold-out is empty when all
    mails are one text.

    `learnt` are the mails that earlier runs learnt: of the newest tenth only what is newer than
    all of them is held out, so that what serves can be judged by it too. As long as mails are only
    added, of whatever age, that is no less than the least of those runs held out. Where it is less
    than MIN_HOLDOUT, the newest tenth is held out all the same.
    """
    texts_by_age: dict[str, list[Sample]] = {}
    for one in _by_age(samples):
        texts_by_age.setdefault(folded(one.completion), []).append(one)
    groups = list(texts_by_age.values())
    count = min(MAX_HOLDOUT, max(MIN_HOLDOUT, round(HOLDOUT_SHARE * len(groups))), len(groups) // 2)
    known = (any(one.mail_id in learnt for one in group) for group in reversed(groups))
    new = next((newer for newer, seen in enumerate(known) if seen), len(groups))
    if min(count, MIN_HOLDOUT) <= new:
        count = min(count, new)
    border = len(groups) - count
    train, holdout = groups[:border], groups[border:]
    return _by_age(chain.from_iterable(train)), _by_age(chain.from_iterable(holdout))


def _by_age(samples: Iterable[Sample]) -> list[Sample]:
    return sorted(samples, key=lambda one: (one.date, one.mail_id))


def folded(text: str) -> str:
    """The text without differences of case and white space."""
    return " ".join(text.lower().split())


def fingerprint(samples: Sequence[Sample]) -> str:
    """SHA-256 over every prompt and completion and what of it is learnt, in order."""
    digest = hashlib.sha256()
    for one in chain.from_iterable((sample, *sample.others) for sample in samples):
        turns = [(turn.role, turn.content) for turn in one.messages]
        digest.update(json.dumps([one.mail_id, turns, one.completion, one.masked]).encode())
    return digest.hexdigest()


def texts(sample: Sample, chat: ChatFormat) -> tuple[str, str]:
    """The prompt exactly as an engine gets it, and what the model has to add to it."""
    prompt = chat.prompt(sample.messages)
    whole = render(
        chat.template,
        (*sample.messages, ChatMessage("assistant", sample.completion)),
        bos_token=chat.bos_token,
        eos_token=chat.eos_token,
        add_generation_prompt=False,
    )
    if whole.startswith(prompt):
        return prompt, whole[len(prompt) :].rstrip("\n")
    # Templates that add to the generation prompt (thinking models) do not repeat it in the turn.
    return prompt, sample.completion + chat.eos_token


def tokenised(
    samples: Sequence[Sample],
    chat: ChatFormat,
    encode: Callable[[str], list[int]],
    spans: Callable[[str], list[tuple[int, int]]] | None = None,
) -> list[Tokens]:
    """Token ids of samples. `encode` adds no special tokens of its own.

    Prompt and completion are encoded apart, as they are when the model writes. A prompt with an
    endless instruction keeps its last MAX_PROMPT_TOKENS, a sample its first MAX_TOKENS. `spans`
    says which characters each token of a text stands for; without it nothing is masked.
    """
    found: list[Tokens] = []
    for sample in samples:
        prompt, completion = texts(sample, chat)
        head = encode(prompt)[-MAX_PROMPT_TOKENS:]
        tail = encode(completion)[: MAX_TOKENS - len(head)]
        masked: tuple[bool, ...] = ()
        if spans is not None and sample.masked:
            masked = _masked(sample, completion, spans(completion)[: len(tail)])
        found.append(Tokens(tuple(head), tuple(tail), masked))
    return found


def _masked(sample: Sample, completion: str, spans: Sequence[tuple[int, int]]) -> tuple[bool, ...]:
    """Whether each token holds a character that is not learnt.

    `completion` is the sample's as the chat template writes it: it may stand further back in it,
    or have lost blanks at its ends.
    """
    text = sample.completion.strip()
    shift = completion.find(text) - sample.completion.find(text)
    hidden = bytearray(len(completion))
    if text and completion.find(text) >= 0:
        for start, end in sample.masked:
            hidden[start + shift : end + shift] = b"\x01" * (end - start)
    return tuple(any(hidden[start:end]) for start, end in spans)


def batches(lengths: Sequence[int], size: int, seed: int, epoch: int) -> list[list[int]]:
    """Indices of each batch of an epoch: a pure function of the seed and the epoch.

    Samples are shuffled, sorted by length within runs of BUCKET batches, cut, and the batches
    shuffled again. A run that is resumed sees the same batches.
    """
    rng = random.Random(f"{seed}/{epoch}")  # noqa: S311 - an order, not a secret
    order = list(range(len(lengths)))
    rng.shuffle(order)
    cut: list[list[int]] = []
    run = size * BUCKET
    for start in range(0, len(order), run):
        part = sorted(order[start : start + run], key=lambda index: lengths[index])
        cut += [part[at : at + size] for at in range(0, len(part), size)]
    rng.shuffle(cut)
    return cut


def steps_per_epoch(count: int, size: int) -> int:
    """How many batches `batches` gives for `count` samples."""
    run = size * BUCKET
    whole, rest = divmod(count, run)
    return whole * BUCKET + math.ceil(rest / size)


def micro_batches(lengths: Sequence[int], limit: int) -> list[list[int]]:
    """Indices in groups of like length, each of at most `limit` tokens when padded, or of one.

    What is computed at once; the gradients of a batch's groups are added up.
    """
    groups: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: lengths[index]):
        # Lengths ascend, so a group is padded to its newest member.
        if groups and (len(groups[-1]) + 1) * lengths[index] <= limit:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups

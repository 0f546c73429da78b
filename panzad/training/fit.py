"""How much of a batch goes through the model at once: what bounds a run's memory. Pure.

A batch's gradients are added up over its parts, and checkpointing computes activations twice
instead of keeping them: neither changes what is learnt.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from panzad.training.methods import Method


@dataclass(frozen=True, slots=True)
class Fit:
    """At most `tokens` padded tokens at once (or one mail); activations kept or computed again.

    `working_bytes` is what libraries, activations and logits take beside the weights.
    """

    tokens: int
    checkpointing: bool
    working_bytes: int


# Each takes less memory than the one before, and longer. The bytes are about those of the embedded
# model, of 135 M weights.
FITS = (
    Fit(1024, False, 2_000_000_000),
    Fit(512, False, 1_500_000_000),
    Fit(512, True, 1_100_000_000),
    Fit(256, True, 1_000_000_000),
)
# A CPU is as busy with 512 tokens as with 1,024: a twentieth slower, a third less memory.
_FIRST_ON_CPU = 1


def first_fit(method: Method, weights: int, memory: int) -> int:
    """Where in FITS a run on the CPU begins that may use so many bytes; the last if none fits."""
    for level in range(_FIRST_ON_CPU, len(FITS)):
        if method.bytes_for(weights) + FITS[level].working_bytes <= memory:
            return level
    return len(FITS) - 1


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory has run out."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    # torch has no class of its own for the CPU's allocator, nor for oneDNN's.
    signs = ("DefaultCPUAllocator", "bad_alloc", "could not create a primitive")
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in signs)

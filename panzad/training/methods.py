"""The training methods, as data: what differs between them stands in this table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Method:
    """Hyper-parameters of a run.

    `targets` are the modules that get an adapter, by PEFT's rules (`all-linear`: every linear
    layer but the LM head). The learning rate rises over `warmup` (a share of all steps) and falls
    linearly to zero. `batch` is in mails, `clip` bounds the gradient's norm.

    `rank` 0 means that there is no low-rank part: every weight is learnt. `dora` learns the length
    of each row apart from its direction (arXiv 2402.09353), `four_bit` freezes the base in NF4
    (arXiv 2305.14314). `density` is the share of each matrix's weights that a sparse part may
    change beside the low-rank one (RoSA, arXiv 2401.04679); which, the gradients of `mask_mails`
    mails say. `bytes_a_weight` is the memory that each weight of the base takes.
    """

    name: str
    rank: int
    alpha: int
    targets: str
    learning_rate: float
    weight_decay: float
    warmup: float
    epochs: int
    batch: int
    clip: float
    bytes_a_weight: float
    dora: bool = False
    four_bit: bool = False
    density: float = 0.0
    mask_mails: int = 0

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of step `step` (from 0) of `steps`."""
        rise = max(1, round(self.warmup * steps))
        if step < rise:
            return self.learning_rate * (step + 1) / rise
        return self.learning_rate * (steps - step) / (steps - rise)

    def bytes_for(self, weights: int) -> int:
        """About how much memory a run takes for the weights of a base that has so many."""
        return round(self.bytes_a_weight * weights)


_LORA = Method(
    name="lora",
    rank=16,
    alpha=32,
    targets="all-linear",
    learning_rate=5e-4,
    weight_decay=0.0,
    warmup=0.1,
    epochs=3,
    batch=4,
    clip=1.0,
    bytes_a_weight=2,
)

METHODS = {
    "lora": _LORA,
    "dora": replace(_LORA, name="dora", dora=True),
    "qlora": replace(_LORA, name="qlora", four_bit=True, bytes_a_weight=0.6),
    # Rank and density are those of the Panza paper (arXiv 2407.10994): half of LoRA's budget each.
    # Float32 sums of gradients, while the sparse part's places are chosen, come to the weights.
    "rosa": replace(
        _LORA, name="rosa", rank=8, alpha=16, density=0.01, mask_mails=32, bytes_a_weight=6
    ),
    # Weights, gradients and both of Adam's moments in float32, and the best epoch's weights.
    "full": replace(
        _LORA, name="full", rank=0, alpha=0, targets="", learning_rate=5e-5, bytes_a_weight=20
    ),
}

_AUTO = ("lora", "qlora")


def choose(device: Literal["cpu", "cuda"], memory: int, weights: int) -> Method | None:
    """What `auto` means where so many bytes are free for the weights; None when nothing fits.

    LoRA where the base fits in bfloat16. QLoRA only on a GPU: its 4-bit products are many times
    slower on a CPU.
    """
    names = _AUTO if device == "cuda" else _AUTO[:1]
    fitting = (METHODS[name] for name in names if METHODS[name].bytes_for(weights) <= memory)
    return next(fitting, None)

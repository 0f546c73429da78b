"""The training methods, as data: what differs between them stands in this table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """Hyper-parameters of a run.

    `targets` are the modules that get an adapter, by PEFT's rules (`all-linear`: every linear
    layer but the LM head). The learning rate rises over `warmup` (a share of all steps) and falls
    linearly to zero. `batch` is in mails, `clip` bounds the gradient's norm.
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

    def rate(self, step: int, steps: int) -> float:
        """The learning rate of step `step` (from 0) of `steps`."""
        rise = max(1, round(self.warmup * steps))
        if step < rise:
            return self.learning_rate * (step + 1) / rise
        return self.learning_rate * (steps - step) / (steps - rise)


METHODS = {
    "lora": Method(
        name="lora",
        rank=16,
        alpha=32,
        targets="all-linear",
        learning_rate=1e-3,
        weight_decay=0.0,
        warmup=0.1,
        epochs=3,
        batch=4,
        clip=1.0,
    ),
}

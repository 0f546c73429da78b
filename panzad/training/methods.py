"""The training methods, as data: what differs between them stands in this table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """Hyper-parameters of a run. `targets` are the module names that get an adapter.

    The learning rate rises over `warmup` (a share of all steps) and falls linearly to zero.
    """

    name: str
    rank: int
    alpha: int
    targets: tuple[str, ...]
    learning_rate: float
    weight_decay: float
    warmup: float
    epochs: int
    batch: int
    clip: float


METHODS = {
    "lora": Method(
        name="lora",
        rank=16,
        alpha=32,
        targets=("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
        learning_rate=1e-3,
        weight_decay=0.0,
        warmup=0.1,
        epochs=3,
        batch=8,
        clip=1.0,
    ),
}

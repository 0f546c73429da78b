"""The gate: whether a newly trained adapter may write the user's drafts. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """`promote`, and the figures that led to it in one line."""

    promote: bool
    reason: str


def decide(base_loss: float, champion_loss: float | None, loss: float) -> Verdict:
    """Promote only if the held-out loss beats what serves now: the champion, or the base model.

    An adapter that does not beat the base model never serves, whatever the champion does.
    Losses are mean negative log likelihoods in nats per token of the same held-out mails.
    """
    rivals = {"the base model": base_loss}
    if champion_loss is not None:
        rivals["the serving adapter"] = champion_loss
    for name, rival in rivals.items():
        if not loss < rival:
            return Verdict(False, f"held-out loss {loss:.3f} does not beat {name}'s {rival:.3f}")
    beaten = ", ".join(f"{name}'s {rival:.3f}" for name, rival in rivals.items())
    return Verdict(True, f"held-out loss {loss:.3f} beats {beaten}")

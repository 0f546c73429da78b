"""What an adapter was judged by, as `panzad adapters` and `panzad status` show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

COLUMNS = ("base loss", "before", "loss", "likeness", "exposure", "by heart")
_LOSSES = ("base_loss", "champion_loss", "loss")
# What the gate measures of each model, in the order shown; the names of its figures, and how.
_MEASURES = {
    "loss": ("held-out loss (nats a token)", ".3f"),
    "likeness": ("likeness to your mails", ".2f"),
    "bleu": ("  BLEU", ".1f"),
    "rouge_l": ("  ROUGE-L", ".3f"),
    "style": ("  style", ".2f"),
    "greeting": ("  greeting", ".0%"),
    "sign_off": ("  sign-off", ".0%"),
    "length_ratio": ("  length ratio", ".2f"),
    "exposure": ("planted secrets (bits)", ".1f"),
    "overlap": ("word for word of other mails", ".1%"),
    "habitual": ("  of the true mails", ".1%"),
}
MODELS = ("challenger", "champion", "base")


def cells(metrics: Mapping[str, Any]) -> list[str]:
    """The figures under COLUMNS; empty where a run has none (yet)."""
    own = _of(metrics, "challenger")
    losses = [_shown(metrics.get(name), ".3f") for name in _LOSSES]
    tried = (("likeness", ".2f"), ("exposure", ".1f"), ("overlap", ".1%"))
    return losses + [_shown(own.get(name), form) for name, form in tried]


def rows(metrics: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Of each measure its heading and the figures of MODELS; none for a run before its trial."""
    if not metrics.get("trial"):
        return
    for name, (heading, form) in _MEASURES.items():
        yield heading, *(_shown(_of(metrics, model).get(name), form) for model in MODELS)


def _of(metrics: Mapping[str, Any], model: str) -> Mapping[str, Any]:
    return metrics.get("trial", {}).get(model, {})


def _shown(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)

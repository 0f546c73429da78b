"""What an adapter was judged by, as `panzad adapters` and `panzad status` show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

# Fits 80 columns; the reason stands on lines of its own below.
_LINE = "{:20}  {:8} {:>5}  {:>5}  {:>5}  {:>8}  {:>8}  {:>8}"
HEADING = Text(
    _LINE.format("adapter", "state", "mails", "loss", "base", "likeness", "exposure", "by heart"),
    style="bold",
)
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
    "greatest": ("the best known of them (bits)", ".1f"),
    "overlap": ("word for word of other mails", ".1%"),
    "habitual": ("  of the true mails", ".1%"),
}
MODELS = ("challenger", "champion", "base")


def listed(
    adapter: str, state: str, mails: int, metrics: Mapping[str, Any], remark: str
) -> Iterator[RenderableType]:
    """An adapter under HEADING: its figures, empty where a run has none (yet), and the remark."""
    own = _of(metrics, "challenger")
    losses = (_shown(metrics.get(name), ".3f") for name in ("loss", "base_loss"))
    tried = (("likeness", ".2f"), ("exposure", ".1f"), ("overlap", ".1%"))
    figures = (*losses, *(_shown(own.get(name), form) for name, form in tried))
    yield Text(_LINE.format(adapter, state, mails, *figures).rstrip())
    if remark:
        yield Padding(Text(remark), (0, 0, 0, 2))


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

"""MAUVE (Pillutla et al. 2021, arXiv 2102.01454): how alike two sets of texts are as a whole.

mauve-text is not used: it is under the GPL, needs faiss, and has had no release since 2024.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import auc
from sklearn.preprocessing import normalize

# One cell for ten texts, as the paper has it; with less than ten cells the figure is noise.
MIN_TEXTS = 100
_TEXTS_PER_CELL = 10
_VARIANCE = 0.9
_SCALE = 5.0
_MIXTURES = 25
_RESTARTS = 5

Features = NDArray[np.float32]
Histogram = NDArray[np.float64]


def mauve(human: Features, machine: Features, seed: int = 0) -> float:
    """The area under the divergence curve of two sets of texts, 0 to 1; 1 when they are alike.

    Features have the shape (texts, size). Raises ValueError for fewer than MIN_TEXTS texts.
    """
    count = min(len(human), len(machine))
    if reason := too_few(count):
        raise ValueError(reason)
    cells = count // _TEXTS_PER_CELL
    points = normalize(np.vstack([human, machine]).astype(np.float64))
    points = PCA(n_components=_VARIANCE, svd_solver="full").fit_transform(points)
    cluster = KMeans(cells, n_init=_RESTARTS, random_state=seed)  # pyright: ignore[reportArgumentType]
    labels = cluster.fit_predict(points)
    return area(_histogram(labels[: len(human)], cells), _histogram(labels[len(human) :], cells))


def too_few(count: int) -> str:
    """Why there is no MAUVE of so few texts; empty when there are enough."""
    return "" if count >= MIN_TEXTS else f"skipped: needs {MIN_TEXTS} texts, there are {count}"


def area(human: Histogram, machine: Histogram) -> float:
    """The area under the divergence curve of two histograms over the same cells (equation 2)."""
    x, y = [0.0, 1.0], [1.0, 0.0]
    for weight in np.linspace(1e-6, 1 - 1e-6, _MIXTURES):
        mixture = weight * human + (1 - weight) * machine
        x.append(np.exp(-_SCALE * _divergence(machine, mixture)))
        y.append(np.exp(-_SCALE * _divergence(human, mixture)))
    # With equal first coordinates the curve falls straight down.
    order = np.lexsort((-np.array(y), np.array(x)))
    return float(auc(np.array(x)[order], np.array(y)[order]))


def _histogram(labels: NDArray[np.int32], cells: int) -> Histogram:
    return np.bincount(labels, minlength=cells) / len(labels)


def _divergence(of: Histogram, against: Histogram) -> float:
    """Kullback and Leibler's, in nats; `against` is nowhere zero where `of` is not."""
    there = of > 0
    return float(np.sum(of[there] * np.log(of[there] / against[there])))

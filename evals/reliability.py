"""Pictures of a confidence: how often what it says is right, and what refusing the unsure ones buys."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

_BINS = 8


def draw(confidence: Sequence[float], answerable: Sequence[bool], threshold: float, title: str, file: Path) -> Path:
    """An SVG with the reliability diagram (Guo et al., 2017) and the risk-coverage curve (El-Yaniv and Wiener, 2010).

    Left: the share of answerable questions among those of about one confidence, bins of equal size. Right: of the
    questions that are answered when the least confident are refused, the share that cannot be answered.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams["svg.hashsalt"] = "dateline"  # the same figures give the same file
    chance, truth = np.asarray(confidence), np.asarray(answerable, dtype=float)
    order = np.argsort(chance)
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    bins = [part for part in np.array_split(order, _BINS) if len(part)]
    left.plot([0, 1], [0, 1], color="0.75", linewidth=1)
    left.plot(
        [chance[part].mean() for part in bins], [truth[part].mean() for part in bins], marker="o", color="#1f5f8b"
    )
    left.axvline(threshold, color="#b5502d", linewidth=1, linestyle="--")
    left.set(xlim=(0, 1), ylim=(0, 1), xlabel="confidence", ylabel="share answerable", title=title)
    kept = np.arange(1, len(order) + 1)
    risk = 1 - np.cumsum(truth[order[::-1]]) / kept
    right.plot(kept / len(order), risk, color="#1f5f8b")
    right.axvline(float((chance >= threshold).mean()), color="#b5502d", linewidth=1, linestyle="--")
    right.set(
        xlim=(0, 1),
        ylim=(0, max(0.05, float(risk.max()) * 1.1)),
        xlabel="share answered",
        ylabel="of these unanswerable",
    )
    right.set_title("dashed: the threshold in use")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Date": None})
    return file

"""How a study's charts look; each is drawn as SVG, sharp on screen and in print, without anything from outside."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import matplotlib as mpl
import matplotlib.dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

OURS, MUTED, TEXT, GRID = "#0f766e", "#94a3b8", "#1e293b", "#e2e8f0"
BAD, WARM = "#b91c1c", "#d97706"
SERIES = ("#0f766e", "#1d4ed8", "#d97706", "#7c3aed", "#be185d", "#64748b", "#0891b2", "#4d7c0f")
LOOK: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "axes.edgecolor": MUTED,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "svg.hashsalt": "optiflow",
}


@dataclass(frozen=True)
class Chart:
    """A figure as notebooks show it."""

    figure: Figure

    def _repr_svg_(self) -> str:
        """What Jupyter shows."""
        written = io.StringIO()
        with mpl.rc_context(LOOK):
            self.figure.savefig(written, format="svg", bbox_inches="tight", metadata={"Date": None})
        return written.getvalue()


in_our_look = mpl.rc_context(LOOK)  # decorates whatever draws


def panels(n: int, *, width: float = 10.0, height: float = 3.4) -> tuple[Figure, list[Axes]]:
    """A figure with `n` charts side by side."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, [figure.add_subplot(1, n, at + 1) for at in range(n)]


def shares(axis: Axes, *, along: str) -> None:
    """Percent on one axis."""
    (axis.xaxis if along == "x" else axis.yaxis).set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0%}"))


def thousands(axis: Axes, *, along: str) -> None:
    """Whole numbers with separated thousands on one axis."""
    (axis.xaxis if along == "x" else axis.yaxis).set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))


def dated(axis: Axes) -> None:
    """Days along the x axis, as short as can be read."""
    untyped = cast("Any", mdates)
    axis.xaxis.set_major_formatter(untyped.ConciseDateFormatter(axis.xaxis.get_major_locator()))


def bars(
    axis: Axes, names: Sequence[str], values: Sequence[float], *, colours: Sequence[str], told: str
) -> None:
    """Horizontal bars from the top, each with its value written by the format `told`."""
    at = range(len(names))
    axis.barh(at, values, color=list(colours), height=0.62)
    axis.set_yticks(list(at), list(names))
    axis.invert_yaxis()
    axis.grid(visible=False, axis="y")
    for row, value in enumerate(values):
        axis.annotate(
            told.format(value),
            (value, row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    axis.margins(x=0.16)

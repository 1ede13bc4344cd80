"""Tables: columns of texts in, HTML out; on a phone each row becomes a card."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from optiflow_lib.dashboards.components.html import Html, each, join, tag


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        heading: In the reader's language.
        cells: Texts or `Html`, one a row.
        numeric: Aligned to the right, figures of equal width.
        wide: May take more than one line; the others never break.
    """

    heading: str
    cells: Sequence[object]
    numeric: bool = False
    wide: bool = False


def table(columns: Iterable[Column], *, caption: str, compact: bool = False) -> Html:
    """A table with `caption` for readers who do not see it; empty columns give a table without rows."""
    shown = list(columns)
    heads = [tag("th", column.heading, scope="col", class_=_kind(column)) for column in shown]
    cells = [each("td", column.cells, class_=_kind(column), data_label=column.heading) for column in shown]
    rows = [join(row) for row in zip(*cells, strict=True)]
    body = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", heads)),
        tag("tbody", each("tr", rows)),
        class_="table compact" if compact else "table",
    )
    # A table wider than its place is scrolled by keyboard too.
    return tag("div", body, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _kind(column: Column) -> str | None:
    return "number" if column.numeric else "wide" if column.wide else None

"""How many items are done, on the terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def counter(*, shown: bool) -> Iterator[Callable[[int], None]]:
    """Gives a function that takes how many items were done since its last call."""
    if not shown:
        yield lambda _items: None
        return
    columns = (SpinnerColumn(), TextColumn("items"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("items", total=None)
        yield lambda items: bar.update(task, advance=items)

"""What a person sees while a chain runs: moving bars on a terminal, plain lines elsewhere."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

MARKS = {"done": "✓", "failed": "✗", "interrupted": "✗", "skipped": "–"}


class ChainProgress:
    """Tells when each step starts and ends."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(finished_text=" "), TextColumn("{task.description}"), TimeElapsedColumn())
        self._bars = Progress(*columns, console=console, disable=not console.is_terminal)
        self._console = console
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def started(self, step: str) -> None:
        """A step's notebook is being executed."""
        self._tasks[step] = self._bars.add_task(step, total=1)

    def ended(self, step: str, *, state: str, seconds: float) -> None:
        """A step is over."""
        line = f"{MARKS.get(state, '?')} {step}"
        if self._console.is_terminal:
            self._bars.update(self._tasks[step], description=line, completed=1)
        else:
            self._console.print(f"{line} {state} {seconds:.1f} s", highlight=False)

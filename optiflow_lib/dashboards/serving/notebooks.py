"""The notebooks that are served: one page each, in the order of the navigation."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from optiflow_lib.errors import ServingError
from optiflow_lib.texts import Language, text

ORDER = ("dashboard", "alerts", "predictions", "improvement", "monitoring", "simulation")


@dataclass(frozen=True)
class Page:
    """A served notebook; `name` is the file's without its suffix, and the page's address."""

    name: str
    file: Path

    def title(self, language: Language) -> str:
        """What the navigation calls it; a notebook of one's own by its first heading."""
        return _titles(language).get(self.name) or _heading(self.notebook()) or self.name

    def notebook(self) -> NotebookNode:
        """Its cells as they are now; treat them as immutable, they are shared."""
        return _read(self.file, self.file.stat().st_mtime_ns)


def pages_of(folder: Path) -> dict[str, Page]:
    """The pages by name: the known ones first, then those that somebody added, by name."""
    files = [file for file in folder.glob("*.ipynb") if file.stem.isidentifier()]
    known = {name: place for place, name in enumerate(ORDER)}
    files.sort(key=lambda file: (known.get(file.stem, len(known)), file.stem))
    return {file.stem: Page(file.stem, file) for file in files}


def checked_folder(folder: Path) -> Path:
    """The folder of dashboards.

    Raises:
        ServingError: it is missing or holds no notebook.
    """
    if not pages_of(folder):
        raise ServingError(
            what="there is no dashboard to serve",
            where=str(folder),
            mend="name the notebooks' folder in the setting paths.notebooks; its folder dashboards is served",
        )
    return folder


def _titles(language: Language) -> dict[str, str]:
    return {
        "dashboard": text("Dashboard", language),
        "alerts": text("Alerts", language),
        "predictions": text("Predictions", language),
        "improvement": text("Improvement", language),
        "monitoring": text("Monitoring", language),
        "simulation": text("Simulation", language),
    }


def _heading(notebook: NotebookNode) -> str:
    lines = (
        line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.splitlines()
    )
    return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), "")


@lru_cache(maxsize=64)
def _read(file: Path, _changed_at: int) -> NotebookNode:
    return nbformat.read(file, as_version=4)

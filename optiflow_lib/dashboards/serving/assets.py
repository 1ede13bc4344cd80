"""Static files: ours, Voilà's front end, the widgets' front ends. Their address names their content, so browsers keep them."""

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tornado.web import StaticFileHandler
from voila.paths import collect_static_paths
from voila.utils import get_voila_labextensions_path

TEMPLATE = "optiflow"
DASHBOARDS = Path(__file__).parents[1]  # its folder voila/templates is where Voilà looks for a template
TEMPLATES = DASHBOARDS / "voila" / "templates" / TEMPLATE
STATIC = TEMPLATES / "static"
_FRONT_ENDS = ("voila", "ipywidgets", "jupyterlab-widgets", "anywidget")


def digest() -> str:
    """Changes when a static file of ours or a front end's version does."""
    content = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        content.update(file.name.encode() + file.read_bytes())
    for package in _FRONT_ENDS:
        content.update(f"{package} {version(package)}".encode())
    return content.hexdigest()[:12]


class AssetHandler(StaticFileHandler):
    """A file of the first of several folders that has it, kept by the browser for a year."""

    def initialize(  # type: ignore[override]  # a folder more than tornado's own
        self, folders: list[str]
    ) -> None:
        """Takes the folders."""
        self.folders = folders
        super().initialize(path=folders[0])

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """The file, in whichever folder it is; nothing outside of them."""
        relative = Path(absolute_path).relative_to(root)
        found = next((folder for folder in self.folders if (Path(folder) / relative).is_file()), root)
        self.root = found
        return super().validate_absolute_path(found, str(Path(found) / relative))

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 - tornado's
        """Its content never changes under its address."""
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        self.set_header("X-Content-Type-Options", "nosniff")


def asset_handlers(base_url: str) -> list[tuple[str, Any, dict[str, Any]]]:
    """Handlers of the static files below `base_url`."""
    kinds = {
        "own": [str(STATIC)],
        "voila": collect_static_paths(["voila", "nbconvert"], "lab"),
        "lab": get_voila_labextensions_path(),
    }
    return [
        (rf"{base_url}assets/[0-9a-f]+/{kind}/(.*)", AssetHandler, {"folders": folders})
        for kind, folders in kinds.items()
    ]

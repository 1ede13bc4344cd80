"""An executed notebook as HTML that asks nobody for anything: what it wrote is shown, and nothing of it runs."""

import re
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode

from optiflow_lib.dashboards.components.html import Html, join, tag

# Notebooks are written by people and hold names from a business database: only what formats a text is kept.
_TAGS = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
]
_ATTRIBUTES = {
    "*": ["class", "title", "lang"],
    "a": ["href"],
    "th": ["scope", "colspan", "rowspan"],
    "td": ["colspan", "rowspan", "data-label"],
    "div": ["tabindex", "role", "aria-label"],
    "details": ["open"],
}
_UNSEEN = re.compile(r"<(style|script|template)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_IMAGES = ("image/png", "image/jpeg")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_HEADING = re.compile(r"<(/?)h([1-5])\b")
_sanitizer = SanitizeHTML(tags=_TAGS, attributes=_ATTRIBUTES, styles=[], strip=True, strip_comments=True)


def rendered(file: Path) -> Html:
    """The notebook's texts, code and outputs.

    Raises:
        OSError: the file is gone.
        nbformat.reader.NotJSONError: it is no notebook, or a damaged one.
    """
    notebook = nbformat.read(file, as_version=4)
    return join(_cell(cell) for cell in notebook.cells)


def _cell(cell: NotebookNode) -> Html:
    if cell.cell_type == "markdown":
        return tag("div", _harmless(_markdown(cell.source)), class_="prose")
    if cell.cell_type == "code":
        code = tag("pre", tag("code", cell.source), class_="source", tabindex="0") if cell.source else None
        return tag("div", code, _outputs(cell.get("outputs", [])), class_="executed")
    return tag("pre", cell.source)


def _outputs(outputs: Iterable[NotebookNode]) -> list[Html]:
    return [_output(output) for output in outputs]


def _output(output: NotebookNode) -> Html:
    if output.output_type == "stream":
        return tag("pre", strip_ansi(output.text), class_="said", tabindex="0")
    if output.output_type == "error":
        return tag("pre", strip_ansi("\n".join(output.traceback)), class_="said failed", tabindex="0")
    return _shown(output.get("data", {}))


def _shown(data: NotebookNode) -> Html:
    if "text/html" in data:
        return tag("div", _harmless(data["text/html"]))
    for kind in _IMAGES:
        if kind in data and _BASE64.fullmatch(data[kind]):
            return tag("img", src=f"data:{kind};base64,{data[kind]}", alt=data.get("text/plain", ""))
    return tag("pre", data.get("text/plain", ""), class_="said", tabindex="0")


def _markdown(source: str) -> str:
    # A formula's signs are not taken for Markdown; it stands as it was written.
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    html = str(MarkdownWithMath(renderer=renderer).render(source))
    return _HEADING.sub(
        lambda found: f"<{found[1]}h{int(found[2]) + 1}", html
    )  # the page has a title of its own


def _harmless(html: str) -> Html:
    return Html(_sanitizer.sanitize_html_tags(_UNSEEN.sub("", html)))

"""HTML that escapes everything it is given: the only way names reach a page.

A name from a business database may hold any character; a page must show it and never run it.
"""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "col"})


class Html(str):
    """Text that may stand in a page as it is; everything else is escaped. A notebook cell that ends with it shows it."""

    __slots__ = ()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        # The plain text of a page is its HTML a second time: it would only make the notebook heavier.
        return {"text/html": str(self), "text/plain": f"<{len(self)} characters of HTML>"}


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """An element; children and attribute values are escaped unless they are `Html`.

    Args:
        name: Of the element.
        children: Texts, `Html`, nested lists of them; None is left out.
        attributes: `class_` is class, `data_do` is data-do; None and False are left out, True stands alone.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def each(name: str, children: Iterable[object], /, **attributes: object) -> list[Html]:
    """An element for each child, all with the same attributes: those of a table's column are written once."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return [Html(f"<{name}{written}>{_child(child)}</{name}>") for child in children]


def join(parts: Iterable[object]) -> Html:
    """Children one after the other, escaped unless they are `Html`."""
    return Html("".join(_child(part) for part in parts))


def script_json(content: Mapping[str, Any] | list[Any]) -> Html:
    """JSON that can stand in a script element: nothing in it can end the element."""
    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        written = written.replace(sign, f"\\u{ord(sign):04x}")
    return Html(written)


def _child(part: object) -> str:
    if part is None:
        return ""
    if isinstance(part, Html):
        return str(part)
    if isinstance(part, list | tuple):
        return "".join(_child(one) for one in part)
    return escape(str(part))


def _attribute(key: str, value: object) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'

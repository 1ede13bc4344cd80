"""The bar of filters on top of a page: a form that works by its address alone, and at once when the page is live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from optiflow_lib.dashboards.components.html import Html, tag
from optiflow_lib.texts import Language, text


@dataclass(frozen=True)
class Choice:
    """A field of the bar.

    Args:
        name: Parameter of the page's address.
        label: In the reader's language.
        options: Label by value; the value of "all" is empty.
        chosen: A value of `options`.
    """

    name: str
    label: str
    options: Mapping[str, str]
    chosen: str


def filter_bar(choices: Sequence[Choice], language: Language, *, kept: Mapping[str, str]) -> Html:
    """Selects for every choice that there is; `kept` are the other parameters of the address."""
    fields = [select(choice, do="filter") for choice in choices if len(choice.options) > 1]
    if not fields:
        return Html()
    hidden = [tag("input", type="hidden", name=name, value=value) for name, value in kept.items()]
    send = tag("button", text("Show", language), class_="until-live")
    return tag("form", fields, hidden, send, class_="filters", method="get", data_do="filter")


def select(choice: Choice, *, do: str | None = None) -> Html:
    """A labelled list of options; `do` is what choosing one asks for."""
    options = [
        tag("option", label, value=value, selected=value == choice.chosen)
        for value, label in choice.options.items()
    ]
    field = tag("select", options, name=choice.name, data_do=do)
    return tag("label", tag("span", choice.label), field, class_="field")

"""Items found by a search, as a list to choose from."""

from collections.abc import Sequence

from optiflow_lib.dashboards.components.html import Html, join, tag
from optiflow_lib.dashboards.components.notices import empty
from optiflow_lib.texts import Language, number, text


def item_list(found: Sequence[tuple[str, str, str]], *, chosen: str, total: int, language: Language) -> Html:
    """Items found by a search: id, name and what stands below it; at most as many as fit a screen."""
    if not found:
        return empty(
            text("No item is called so.", language), text("Search by name, number, supplier…", language)
        )
    rows = [
        tag(
            "li",
            tag(
                "button",
                tag("span", name, class_="said"),
                tag("small", about),
                type="button",
                class_="line-button",
                data_do="pick",
                data_item=item_id,
                data_row=True,
                aria_pressed="true" if item_id == chosen else "false",
            ),
            class_="chosen" if item_id == chosen else None,
        )
        for item_id, name, about in found
    ]
    shown = {"shown": number(len(found), language), "total": number(total, language)}
    counted = tag("p", text("{shown} of {total} items", language, **shown), class_="counted", role="status")
    return join([counted, tag("ul", rows, class_="lines items")])


def search_field(searched: str, language: Language) -> Html:
    """Where an item is searched; what is typed is sent as it is typed."""
    field = tag(
        "input",
        type="search",
        name="search",
        id="item-search",
        value=searched,
        placeholder=text("Name, number, supplier…", language),
        data_do="find",
        autocomplete="off",
    )
    label_ = tag("label", tag("span", text("Search an item", language)), field, class_="field grow")
    return tag("form", label_, class_="filters finder", data_do="find")

"""The dashboard's state on one page of paper, for the meeting on Monday."""

from collections.abc import Iterable

import pandas as pd

from optiflow_lib.dashboards.components.cards import Figure, change_of
from optiflow_lib.dashboards.components.nights import duration, local_moment
from optiflow_lib.dashboards.components.words import label
from optiflow_lib.dashboards.pages.dashboard import FIRST, Dashboard
from optiflow_lib.dashboards.pages.filters import filter_choices
from optiflow_lib.purchasing.sheet import Card, Curve, Listed, Sheet, sheet_pdf
from optiflow_lib.texts import day, money, number, text

MOST_ORDERS = 8


def monday_pdf(page: Dashboard) -> tuple[str, bytes]:
    """File name and bytes of one A4 page: what `page` shows now, in its language and for its filters."""
    language = page.language
    sheet = Sheet(
        company=page.settings.purchasing.company,
        title=text("State of the shop", language),
        about=_about(page),
        cards=[_card(page, figure) for figure in page.figures_of(FIRST)],
        curve=_curve(page),
        lists=[_risks(page), _orders(page)],
        facts=_night(page),
        warnings=list(_warnings(page)),
    )
    name = f"optiflow-{page.view.as_of:%Y-%m-%d}.pdf"
    return name, sheet_pdf(sheet, language=language)


def _about(page: Dashboard) -> str:
    as_of = text("As of {day}", page.language, day=day(page.view.as_of, page.language, style="full"))
    known = filter_choices(page.view.read("items"), page.filters, page.language)
    return " · ".join([as_of, *(one.options[one.chosen] for one in known if one.options and one.chosen)])


def _card(page: Dashboard, figure: Figure) -> Card:
    references = (
        (figure.previous, text("vs previous period", page.language)),
        (figure.last_year, text("vs last year", page.language)),
    )
    changes = [(change_of(figure, value, page.language), against) for value, against in references]
    told = [(one.tone or "plain", f"{one.shown} {against}") for one, against in changes if one is not None]
    return Card(figure.label, figure.shown, told)


def _curve(page: Dashboard) -> Curve:
    language, today = page.language, pd.Timestamp(page.view.as_of)
    sold, expected = page.revenue()
    past = sold.reindex(pd.date_range(end=today, periods=page.filters.days), fill_value=0.0)
    last = expected.index.max() if len(expected) else today
    highest = max([*past, *expected], default=0.0)
    return Curve(
        title=text("Sales and forecast", language),
        past=past.tolist(),
        coming=expected.tolist(),
        ends=(day(past.index[0], language), day(today, language), day(last, language)),
        highest=text("highest day: {value}", language, value=_money(page, highest)),
        told=text(
            "{sold} sold in the period, {expected} expected in the next {days} days.",
            language,
            sold=_money(page, float(past.sum())),
            expected=_money(page, float(expected.sum())),
            days=number(len(expected), language),
        ),
    )


def _risks(page: Dashboard) -> Listed:
    language = page.language
    return Listed(
        title=text("Top risks", language),
        columns=[
            (text("Alert", language), 20),
            (text("What", language), 67),
            (text("At risk", language), 13),
        ],
        rows=[[label(risk.type, language), risk.sentence, _money(page, risk.euros)] for risk in page.risks()],
        otherwise=text("Nothing to do.", language),
    )


def _orders(page: Dashboard) -> Listed:
    language, orders = page.language, page.orders()
    rows = [
        [
            row.order_id,
            row.supplier,
            label(row.state, language),
            day(row.expected_on, language),
            _money(page, row.value),
        ]
        for row in orders.head(MOST_ORDERS).itertuples()
    ]
    summed = text(
        "Orders: {count} · {value} without VAT",
        language,
        count=number(len(orders), language),
        value=_money(page, float(orders["value"].sum())),
    )
    headings = ("Order", "Supplier", "State", "Expected", "Value")
    return Listed(
        title=text("Orders in progress", language),
        columns=[
            (text(one, language), width) for one, width in zip(headings, (22, 34, 16, 15, 13), strict=True)
        ],
        rows=rows,
        otherwise=text("No order in progress.", language),
        more=summed,
    )


def _night(page: Dashboard) -> str:
    language, run = page.language, page.last_run()
    failures, problems = page.view.read("failures"), page.view.read("quality")
    facts = {}
    if run is not None:
        facts = {
            text("Last night", language): label(run["state"], language),
            text("Started", language): local_moment(run["started_at"], language),
            text("Duration", language): duration(run["duration_s"], language),
        }
    facts[text("Items that failed", language)] = number(failures["item_id"].nunique(), language)
    facts[text("Data problems", language)] = number(len(problems), language)
    told = [text("{what}: {value}", language, what=what, value=value) for what, value in facts.items()]
    return " · ".join(told)


def _warnings(page: Dashboard) -> Iterable[str]:
    if page.view.stale:
        yield text("These figures are old: last night's run did not arrive.", page.language)


def _money(page: Dashboard, value: float) -> str:
    return money(value, page.language, currency=page.settings.purchasing.currency)

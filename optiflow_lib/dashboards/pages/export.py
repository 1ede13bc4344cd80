"""An item's forecast for a spreadsheet."""

import re

import pandas as pd

from optiflow_lib.jobs.views import View
from optiflow_lib.texts import Language, text

# A spreadsheet splits columns and reads numbers as its country writes them.
_WRITTEN = {"fr": {"sep": ";", "decimal": ","}, "en": {"sep": ",", "decimal": "."}}


def forecast_csv(view: View, item_id: str, language: Language) -> tuple[str, bytes]:
    """File name and bytes: a row a day, what was sold or what is expected with its quantiles."""
    history = view.read_item("history", item_id)[["day", "quantity"]]
    made = view.read_item("forecasts", item_id)[["day", "forecast", "q10", "q50", "q90"]]
    days = pd.concat([history, made]).sort_values("day")
    headings = {
        "day": text("Day", language),
        "quantity": text("Sold", language),
        "forecast": text("Forecast", language),
    }
    written = days.rename(columns=headings).to_csv(
        index=False, float_format="%.3f", date_format="%Y-%m-%d", **_WRITTEN[language]
    )
    name = re.sub(r"[^\w.-]+", "_", f"{text('forecast', language)}_{item_id}_{view.as_of}")
    return f"{name}.csv", written.encode("utf-8-sig")

"""What was wanted, per item and day, and the regressors that explain it: shared by every forecasting job."""

from datetime import date, timedelta

import pandas as pd
from holidays import country_holidays

from optiflow_lib.forecasting import daily_demand, event_columns
from optiflow_lib.forecasting.school import ZONES, school_holidays
from optiflow_lib.jobs.judged_days import marked_events, without_masked
from optiflow_lib.jobs.night import Night
from optiflow_lib.schemas.source import EVENTS


def demand_of(night: Night) -> pd.DataFrame:
    """Schema `DEMAND` of the night's items over the history the settings ask for.

    Stockout days are unknown, and so are those that somebody masked.
    """
    first_day = night.as_of - timedelta(days=night.settings.forecast.history_days - 1)
    demand = daily_demand(
        night.daily_sales,
        items=night.items,
        stock_history=night.stock_history,
        first_day=first_day,
        cutoff=night.as_of,
    )
    return without_masked(demand, night.verdicts)


def groups_of(night: Night) -> dict[str, str]:
    """Group of each item_id, "category@location": such items share a season, and totals are taken of either part."""
    items = night.items
    return dict(zip(items["item_id"], items["category"] + "@" + items["location_id"], strict=True))


def events_of(night: Night) -> pd.DataFrame:
    """Schema `EVENTS` of the frozen inputs: those of the source, then those by which people explained a day."""
    events = night.inputs.read("events") if night.inputs.has("events") else EVENTS.empty()
    marked = marked_events(night.verdicts)
    return pd.concat([events, marked], ignore_index=True) if len(marked) else events


def regressors_of(night: Night, *, first_day: date, last_day: date) -> pd.DataFrame:
    """item_id, day and one column per type of event, past and to come; school holidays where a zone is known."""
    items = items_with_zone(night)
    events = events_of(night)
    own = night.settings.forecast.school_zone
    zones = {own} if own else set(items["zone"].dropna()) & set(ZONES)
    if zones:
        school = school_holidays(sorted(zones), first_day=first_day, last_day=last_day)
        events = pd.concat([events, school.assign(zone=None) if own else school], ignore_index=True)
    return event_columns(events, items=items, first_day=first_day, last_day=last_day)


def items_with_zone(night: Night) -> pd.DataFrame:
    """Schema `ITEMS` with the zone of each item's location: events may hold for some zones only."""
    zones = night.inputs.read("locations")[["location_id", "zone"]]
    return night.items.merge(zones, on="location_id", how="left")


def public_holidays(night: Night) -> frozenset[date]:
    """Public holidays of the settings' country this year and the next: no supplier takes an order then."""
    country, years = night.settings.forecast.country, (night.as_of.year, night.as_of.year + 1)
    return frozenset(country_holidays(country, years=years)) if country else frozenset()

"""School holidays as events; in France they differ by zone (A, B, C), and so does what a shop sells."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from optiflow_lib.errors import ForecastError
from optiflow_lib.schemas.source import EVENTS

ZONES = ("A", "B", "C")
TYPE = "school holidays"


def school_holidays(zones: Sequence[str], *, first_day: date, last_day: date) -> pd.DataFrame:
    """French school holidays as events, one row per zone and break; breaks are cut to the period.

    Args:
        zones: Of "A", "B", "C".
        first_day: First day wanted.
        last_day: Last day wanted, included.

    Returns:
        Schema `EVENTS`, with the zone; of type "school holidays".

    Raises:
        ForecastError: there is no such zone.

    Source:
        Package holidays, category school, from the school year 2017-2018 on.
    """
    unknown = sorted(set(zones) - set(ZONES))
    if unknown:
        raise ForecastError(
            what=f"there is no French school zone {unknown[0]!r}",
            where="setting forecast.school_zone",
            mend="write A, B or C, or leave it empty",
        )
    parts = [_breaks(zone, first_day, last_day) for zone in sorted(set(zones))]
    return EVENTS.check(pd.concat([EVENTS.empty(), *parts]), where="school holidays")


def _breaks(zone: str, first_day: date, last_day: date) -> pd.DataFrame:
    from holidays import country_holidays  # noqa: PLC0415 - 0.1 s that only shops with a school zone pay

    years = range(first_day.year, last_day.year + 1)
    found = country_holidays(
        "FR", subdiv=f"Zone {zone}", categories=("school",), years=years, language="en_US"
    )
    days = pd.DataFrame({"day": pd.to_datetime(list(found)), "name": list(found.values())}).sort_values("day")
    days = days[days["day"].between(pd.Timestamp(first_day), pd.Timestamp(last_day))]
    number = (days["day"].diff() != pd.Timedelta(days=1)).cumsum()
    breaks = days.groupby(number).agg(
        name=("name", "first"), first_day=("day", "min"), last_day=("day", "max")
    )
    ids = [f"school-{zone}-{day:%Y-%m-%d}" for day in breaks["first_day"]]
    optional = dict.fromkeys(("scope", "discount", "planned_uplift"), np.nan)
    return breaks.assign(event_id=ids, type=TYPE, zone=zone, **optional)

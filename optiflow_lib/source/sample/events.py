"""What the sample shop's calendar holds: promotions, local events, public holidays; past and to come."""

from functools import cache

import numpy as np
import pandas as pd

from optiflow_lib.source.sample.catalogue import CATEGORIES

DAYS_TO_COME = 60
YEARLY = (  # name, type, month, day, length in days, category, discount, uplift
    ("Soldes d'hiver", "promotion", 1, 8, 20, "Bazar", 0.3, 0.9),
    ("Mois du blanc", "promotion", 2, 3, 14, "Hygiène", 0.2, 0.6),
    ("Printemps gourmand", "promotion", 4, 10, 10, "Crèmerie", 0.15, 0.45),
    ("Fête de la musique", "local", 6, 21, 1, "Boissons", 0.0, 0.8),
    ("Promo fraîcheur", "promotion", 7, 5, 12, "Boissons", 0.2, 0.5),
    ("Rentrée des classes", "promotion", 8, 25, 14, "Bazar", 0.2, 0.7),
    ("Foire aux vins", "promotion", 9, 12, 14, "Boissons", 0.25, 0.7),
    ("Braderie d'automne", "local", 10, 3, 2, "Bazar", 0.0, 1.0),
    ("Semaine du goût", "promotion", 10, 12, 7, "Épicerie", 0.15, 0.5),
    ("Black Friday", "promotion", 11, 20, 9, "Bazar", 0.3, 1.1),
    ("Marché de Noël", "local", 11, 28, 25, "Épicerie", 0.0, 0.4),
)


def events(days: pd.DatetimeIndex) -> pd.DataFrame:
    """One row per event from the first day to two months after the last: the physical table `evenements`."""
    rows = []
    for year in range(days[0].year, days[-1].year + 1):
        for name, kind, month, day, length, category, discount, uplift in YEARLY:
            first = pd.Timestamp(year, month, day)
            if days[0] <= first <= days[-1] + pd.Timedelta(days=DAYS_TO_COME):
                last = first + pd.Timedelta(days=length - 1)
                rows.append((f"{name} {year}", kind, first, last, f"category:{category}", discount, uplift))
    columns = ["libelle", "type", "debut", "fin", "portee", "remise", "hausse"]
    return pd.DataFrame(rows, columns=columns).assign(
        evenement_id=[f"E{n + 1:03d}" for n in range(len(rows))]
    )


def uplifts(happened: pd.DataFrame, days: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    """Factor on demand per category and day."""
    factors = {category[0]: np.ones(len(days)) for category in CATEGORIES}
    for event in happened.itertuples():
        inside = (days >= event.debut) & (days <= event.fin)
        factors[event.portee.removeprefix("category:")][inside] *= 1 + event.hausse
    return factors


def promoted(happened: pd.DataFrame, days: pd.DatetimeIndex) -> dict[str, np.ndarray]:
    """Discount per category and day, 0 without a promotion."""
    discounts = {category[0]: np.zeros(len(days)) for category in CATEGORIES}
    for event in happened[happened["type"] == "promotion"].itertuples():
        inside = (days >= event.debut) & (days <= event.fin)
        discounts[event.portee.removeprefix("category:")][inside] = event.remise
    return discounts


@cache
def _holidays(first_year: int, last_year: int) -> pd.DatetimeIndex:
    import holidays  # noqa: PLC0415 - only the sample needs it here

    return pd.DatetimeIndex(list(holidays.country_holidays("FR", years=range(first_year, last_year + 1))))


def opening(days: pd.DatetimeIndex) -> np.ndarray:
    """Factor on demand per day: half on public holidays, more the day before, nothing when the shop is closed."""
    closed = [(1, 1), (5, 1), (12, 25)]
    free = _holidays(days[0].year, days[-1].year + 1)
    factor = np.where(days.isin(free), 0.5, np.where((days + pd.Timedelta(days=1)).isin(free), 1.3, 1.0))
    return np.where([(day.month, day.day) in closed for day in days], 0.0, factor)

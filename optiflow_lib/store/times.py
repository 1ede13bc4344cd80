"""How the store keeps times."""

from datetime import UTC, datetime


def naive_utc(at: datetime) -> datetime:
    """`at` in UTC without a time zone; a time without one is taken to be in UTC already."""
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at

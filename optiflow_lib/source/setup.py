"""`optiflow init --from`: the settings that connect a business system Optiflow ships a mapping for."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd
from sqlalchemy.engine import URL, make_url

from optiflow_lib.errors import MappingError, OptiflowError
from optiflow_lib.source.check import check_source
from optiflow_lib.source.mapping import Parameter, shipped_mappings
from optiflow_lib.source.source import Source, open_source

RECENT_DAYS = 90
PASSWORD = "# the password is not written here: set OPTIFLOW_SOURCE__URL to the whole URL"  # noqa: S105 - a comment
SAMPLE = "optiflow"


@dataclass(frozen=True)
class Connected:
    """What a first look at a business system found.

    Args:
        section: `[source]` of optiflow.toml, ready to be written; never with a password.
        report: As `check_source` gives it.
    """

    section: str
    report: pd.DataFrame


def connect(url: str, *, system: str, timeout_s: float = 120, **parameters: Parameter) -> Connected:
    """Reads a business system through its shipped mapping, and writes down how to.

    Args:
        url: SQLAlchemy URL of its database.
        system: Name of a shipped mapping.
        timeout_s: Longest a statement may take.
        parameters: The mapping's parameters that differ from their defaults.

    Raises:
        MappingError: no mapping of that name is shipped.
        SourceError: the database cannot be opened for reading.
    """
    systems = [name for name in shipped_mappings() if name != SAMPLE]
    if system not in systems:
        raise MappingError(
            what=f"no mapping is shipped for {system!r}",
            where="--system",
            mend=f"name one of {', '.join(systems)}, or write a mapping (docs/data.md)",
        )
    with open_source(url, mapping=system, timeout_s=timeout_s, **parameters) as source:
        source.query("SELECT 1 AS one")  # a database that cannot be opened is one error, not one per table
        report = check_source(source)
        location = _busiest_location(source)
    return Connected(_section(url, system, location, parameters), report)


def _busiest_location(source: Source) -> str:
    """Where most was sold of late; without sales the first location; empty when there is none."""
    try:
        last = source.last_day("sales")
        if last is not None:
            sales = source.read("sales", first_day=last - timedelta(days=RECENT_DAYS), cutoff=last)
            return str(sales.groupby("location_id")["quantity"].sum().idxmax())
        return str(next(iter(source.read("locations")["location_id"].sort_values()), ""))
    except OptiflowError:
        return ""  # the report says what is wrong with these tables


def _section(url: str, system: str, location: str, parameters: dict[str, Parameter]) -> str:
    parsed = make_url(url)
    lines = ["[source]"]
    if parsed.password is not None:
        lines.append(PASSWORD)
        parts = (
            parsed.drivername,
            parsed.username,
            None,
            parsed.host,
            parsed.port,
            parsed.database,
            parsed.query,
        )
        url = URL.create(*parts).render_as_string()
    lines += [f"url = {json.dumps(url)}", f"mapping = {json.dumps(system)}"]
    lines.append(f"main_location = {json.dumps(location, ensure_ascii=False)}")
    if parameters:
        lines += ["", "[source.parameters]"]
        lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in parameters.items()]
    return "\n".join(lines) + "\n"

"""A small frame schema: column kinds, what may be missing, the key.

pandera was measured first: importing it adds 0.5 s and 30 MB to every notebook kernel (docs/decisions.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from optiflow_lib.errors import DataError

Kind = Literal["text", "day", "time", "number", "whole", "flag"]

DTYPES: dict[Kind, str] = {
    "text": "str",
    "day": "datetime64[us]",
    "time": "datetime64[us]",
    "number": "float64",
    "whole": "int64",
    "flag": "bool",
}


@dataclass(frozen=True)
class Column:
    """One column of a schema.

    Args:
        kind: What it holds; a day is a midnight without time zone, a time is UTC without time zone.
        nullable: May a value be missing (None, NaN, NaT)? `whole` and `flag` never may.
        optional: May the whole column be absent? It is then added, all missing (a flag: False).
        choices: The only texts allowed; empty for any.
        minimum: The least number allowed.
    """

    kind: Kind
    nullable: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None


@dataclass(frozen=True)
class Schema:
    """The columns of a frame, in order, and the columns that identify a row.

    Args:
        name: What a row is, for messages.
        columns: Declared columns; others are dropped unless `extra`.
        key: Columns whose values never repeat; empty when rows have no identity.
        extra: Keep columns that are not declared (regressors of a demand frame).
    """

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()
    extra: bool = False

    def check(self, frame: pd.DataFrame, *, where: str) -> pd.DataFrame:
        """A copy of `frame` with the declared columns, order and types; `frame` is not altered.

        Raises:
            DataError: a column is absent, a value is missing, of the wrong kind or out of range, or a
                key repeats; the message names the first such row.
        """
        missing = [c for c, spec in self.columns.items() if c not in frame and not spec.optional]
        if missing:
            raise DataError(
                what=f"{self.name} has no column {', '.join(missing)} (it has: {', '.join(map(str, frame.columns))})",
                where=where,
                mend="add the column, or mend the SELECT of the mapping that names it",
            )
        checked = {name: self._column(frame, name, where=where) for name in self.columns}
        if self.extra:
            checked |= {str(c): frame[c] for c in frame.columns if c not in checked}
        result = pd.DataFrame(checked, index=frame.index).reset_index(drop=True)
        self._refuse_repeats(result, where=where)
        return result

    def empty(self) -> pd.DataFrame:
        """A frame without rows that meets the schema."""
        return pd.DataFrame({name: pd.Series(dtype=DTYPES[c.kind]) for name, c in self.columns.items()})

    def _column(self, frame: pd.DataFrame, name: str, *, where: str) -> pd.Series:
        spec = self.columns[name]
        if name not in frame:
            return _absent(spec, frame.index)
        raw = frame[name]
        if spec.kind in ("day", "time"):
            self._refuse(
                raw,
                _zoned(raw),
                "is a time with a zone: turn it into the shop's own day in the SELECT",
                where=where,
            )
        values = _converted(raw, spec.kind)
        self._refuse(raw, values.isna() & raw.notna(), f"is not a {spec.kind}", where=where)
        if not spec.nullable and spec.kind != "flag":
            self._refuse(raw, values.isna(), "is missing", where=where)
        if spec.kind == "number":
            self._refuse(
                raw, pd.Series(np.isinf(values.to_numpy()), index=raw.index), "is infinite", where=where
            )
        if spec.minimum is not None:
            self._refuse(raw, values < spec.minimum, f"is below {spec.minimum:g}", where=where)
        if spec.kind == "flag":
            values = values.fillna(0)
        if spec.choices:
            unknown = ~values.isin(spec.choices) & values.notna()
            self._refuse(raw, unknown, f"is not one of {', '.join(spec.choices)}", where=where)
        return values if spec.nullable else values.astype(DTYPES[spec.kind])

    def _refuse(self, raw: pd.Series, bad: pd.Series, why: str, *, where: str) -> None:
        if not bad.any():
            return
        row = int(np.flatnonzero(bad.to_numpy())[0])
        raise DataError(
            what=f"{self.name}: {int(bad.sum())} value(s) wrong, the first in row {row}: {raw.name}={_shown(raw.iloc[row])} {why}",
            where=where,
            mend=f"mend column {raw.name} of this row, or leave such rows out in the mapping's SELECT",
        )

    def _refuse_repeats(self, frame: pd.DataFrame, *, where: str) -> None:
        if not self.key:
            return
        repeated = frame.duplicated(list(self.key))
        if not repeated.any():
            return
        first = frame.loc[repeated, list(self.key)].iloc[0]
        named = ", ".join(f"{c}={_shown(v)}".replace("'", "") for c, v in first.items())
        raise DataError(
            what=f"{self.name} has {int(repeated.sum())} repeated row(s), the first at {named}",
            where=where,
            mend=f"keep one row per {' and '.join(self.key)}, e.g. by summing quantities",
        )


def _shown(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return repr(value) if isinstance(value, str) else str(value)


def _absent(spec: Column, index: pd.Index) -> pd.Series:
    fill: object = {"flag": False, "day": pd.NaT, "time": pd.NaT}.get(spec.kind, np.nan)
    dtype = "float64" if spec.kind == "whole" else DTYPES[spec.kind]
    return pd.Series(fill, index=index, dtype=dtype)


def _converted(raw: pd.Series, kind: Kind) -> pd.Series:
    if kind in ("number", "whole", "flag"):
        return _numbers(raw, whole=kind == "whole")
    if kind == "text":
        return _texts(raw)
    if pd.api.types.is_numeric_dtype(raw):  # 20260131 would be taken for nanoseconds of 1970
        return pd.Series(pd.NaT, index=raw.index, dtype="datetime64[us]")
    times = pd.to_datetime(raw, errors="coerce", utc=False, format="ISO8601" if raw.dtype == "str" else None)
    return (times.dt.normalize() if kind == "day" else times).astype("datetime64[us]")


def _zoned(raw: pd.Series) -> pd.Series:
    """Which values carry a time zone: they must be turned into the business's own time before a day is made of them."""
    if isinstance(raw.dtype, pd.DatetimeTZDtype):
        return raw.notna()
    if raw.dtype == object:
        return raw.map(lambda value: getattr(value, "tzinfo", None) is not None).astype(bool)
    if raw.dtype == "str" and raw.str.len().max() > len("2026-01-31"):
        return raw.str.contains(r":.*(?:Z|[+-]\d\d(?::?\d\d)?)$", na=False)
    return pd.Series(data=False, index=raw.index)


def _numbers(raw: pd.Series, *, whole: bool) -> pd.Series:
    values = pd.to_numeric(raw, errors="coerce").astype("float64")
    return values.where(values == values.round()) if whole else values


def _texts(raw: pd.Series) -> pd.Series:
    # A nullable integer id arrives as 12.0; its text is "12".
    if pd.api.types.is_float_dtype(raw) and (raw.dropna() == raw.dropna().round()).all():
        raw = raw.astype("Int64")
    return raw.astype("str").where(raw.notna())

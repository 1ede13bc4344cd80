"""Settings: `optiflow.toml` and environment variables (`OPTIFLOW_STORE__URL`), read once, frozen, passed on."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from optiflow_lib.errors import SettingsError

Probability = Annotated[float, Field(gt=0, lt=1)]
AbcClass = Literal["A", "B", "C"]
Target = Literal["cycle_service", "fill_rate", "economic"]


def _of_every_class(values: dict[AbcClass, Any]) -> dict[AbcClass, Any]:
    missing = sorted(set(get_args(AbcClass)) - set(values))
    if missing:
        raise ValueError(f"no value for class {', '.join(missing)}; give one for each of A, B and C")
    return values


_EveryClass = AfterValidator(_of_every_class)
PerClassTarget = Annotated[dict[AbcClass, Target], _EveryClass]
PerClassProbability = Annotated[dict[AbcClass, Probability], _EveryClass]
PerClassFactor = Annotated[dict[AbcClass, PositiveFloat], _EveryClass]
PerClassDays = Annotated[dict[AbcClass, PositiveInt], _EveryClass]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SourceSettings(_Section):
    """The business database, read only."""

    url: str = "sqlite:///optiflow.db"
    mapping: str = "optiflow"  # a shipped mapping's name, or a TOML file
    parameters: dict[str, str | int | float] = Field(default_factory=dict)  # the mapping's own parameters
    main_location: str = "M01"  # items there are named by product_id alone
    sample: bool = False  # the shipped sample: never reported as a dead feed
    timeout_s: PositiveInt = 120  # of one query
    feed_age_days: PositiveInt = (
        3  # the last closed day may be this old (a long weekend) before the feed is called dead
    )


class StoreSettings(_Section):
    """Optiflow's own database."""

    url: str = "sqlite:///optiflow_store.db"
    keep_nights: PositiveInt = 35  # results of older nights are dropped
    keep_generations: PositiveInt = 8


class PathSettings(_Section):
    """Folders; relative ones start at the settings file."""

    models: Path = Path("models")
    runs: Path = Path("runs")
    notebooks: Path = Path("notebooks")
    log: Path = Path("batch_optiflow.log")


class ForecastSettings(_Section):
    """How demand is forecast."""

    horizon_days: PositiveInt = 30
    history_days: PositiveInt = 1095
    country: str = "FR"
    school_zone: Literal["", "A", "B", "C"] = ""  # French school holidays of this zone count as events
    solver: Literal["batch", "stan"] = "batch"  # all items at once, or one after the other by Stan
    refit: Literal["nightly", "weekly"] = "nightly"
    sample_paths: PositiveInt = 1000
    seed: int = 20260101
    backtest_origins: PositiveInt = 3
    candidates: tuple[str, ...] = (
        "moving_average",
        "pooled",
        "reconciled",
        "prophet_windows",
        "blend",
        "blend_recent",
    )  # names of forecasting.candidates
    threads: PositiveInt | None = None  # None: as many as cores


class InventorySettings(_Section):
    """How much risk and stock cost, and when an alert is raised."""

    target: PerClassTarget = {"A": "cycle_service", "B": "cycle_service", "C": "cycle_service"}
    service_level: PerClassProbability = {"A": 0.975, "B": 0.95, "C": 0.90}  # of cycles, without a stockout
    fill_rate: PerClassProbability = {"A": 0.99, "B": 0.97, "C": 0.95}  # of demand, served from stock
    shortage_cost: PerClassFactor = {"A": 2.0, "B": 1.5, "C": 1.0}  # of a unit short, in margins
    unmet_demand: Literal["lost", "backordered"] = "lost"
    review_period: PositiveInt = 1  # days between two orders to a supplier that names none
    assumed_lead_time: PositiveInt = 7  # for items without receipts or quoted lead time
    overdue_days: PositiveInt = 30  # an order this late is no longer counted on
    holding_rate: float = Field(default=0.25, gt=0)  # of unit cost, a year
    order_line_cost: float = Field(default=0.5, ge=0)  # of ordering and receiving one line, money
    delivery_cost: float = Field(default=25.0, ge=0)  # of a delivery below the supplier's franco, money
    transfer_cost: float = Field(default=15.0, ge=0)  # of bringing goods from one location to another, money
    rounding: Literal["up", "nearest"] = "up"  # to whole packs
    maximum_cover_days: PerClassDays = {"A": 180, "B": 180, "C": 180}  # no order lasts longer
    budget: PositiveFloat | None = None  # money that one night's suggestions may cost
    supplier_budgets: dict[str, PositiveFloat] = {}  # the same by supplier_id
    assumed_cost_share: Probability = 0.7  # of price, where the cost is missing; and the other way round
    price_break_least_gain: float = Field(
        default=50.0, ge=0
    )  # a year, from which a price break is told, money
    overstock_days: PerClassDays = {"A": 60, "B": 90, "C": 120}
    dead_stock_days: PerClassDays = {"A": 90, "B": 90, "C": 180}


class PurchasingSettings(_Section):
    """What stands on an order."""

    company: str = "Maison Optiflow"
    address: str = ""
    vat_id: str = ""
    currency: str = "EUR"
    number_prefix: str = "BC"
    vat_rate: float = Field(default=0.2, ge=0, lt=1)  # of products that name none


class BatchSettings(_Section):
    """How the night runs."""

    jobs: PositiveInt = 2  # notebooks at the same time
    step_timeout_s: PositiveInt = 3600
    keep_runs: PositiveInt = 60


class DashboardSettings(_Section):
    """How pages are served."""

    host: str = "127.0.0.1"
    port: PositiveInt = 8866
    language: Literal["fr", "en"] = "fr"  # for readers whose browser asks for neither
    stale_after_hours: PositiveInt = 26
    cache_seconds: PositiveInt = 300
    redis_url: str = ""  # empty: a cache in memory
    viewers: PositiveInt = 24  # pages open at the same time; one more waits for its turn
    warm_kernels: PositiveInt = 8  # kernels that are ready before somebody comes
    behind_proxy: bool = False  # believe X-Forwarded-For and X-Forwarded-Proto
    login_header: str = ""  # of a proxy on this machine that has checked who it is; empty: the login form


class MonitoringSettings(_Section):
    """What the accuracy of past nights is held against on the monitoring page; shares."""

    wape: PositiveFloat | None = (
        None  # at most; None: 1.25 times what the trained models reached in their backtest
    )
    mape: PositiveFloat | None = None  # the same
    bias: PositiveFloat = 0.10  # at most, too much or too little
    coverage_80: Probability = 0.75  # at least, of the days inside the 80 % interval


class SimulationSettings(_Section):
    """How a period of the past is replayed, and the rules that other policies are replayed with."""

    warm_up_days: PositiveInt = 28  # before the period, not counted: policies work off the stock they find
    refit_days: PositiveInt = 7  # between two fits of the forecasts; their level moves on every day
    safety_days: float = Field(default=7.0, ge=0)  # of sales, in an ERP's reorder rule
    cycle_days: float = Field(default=14.0, ge=0)  # of sales that one of its orders adds


class Settings(BaseSettings):
    """All settings; immutable."""

    model_config = SettingsConfigDict(
        env_prefix="OPTIFLOW_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )
    folder: Path = Path()  # of the settings file, set by `load_settings`
    source: SourceSettings = SourceSettings()
    store: StoreSettings = StoreSettings()
    paths: PathSettings = PathSettings()
    forecast: ForecastSettings = ForecastSettings()
    inventory: InventorySettings = InventorySettings()
    purchasing: PurchasingSettings = PurchasingSettings()
    batch: BatchSettings = BatchSettings()
    dashboards: DashboardSettings = DashboardSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    simulation: SimulationSettings = SimulationSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - given by pydantic
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment before file, so that a server can be set up without touching the file."""
        return env_settings, init_settings


def load_settings(file: str | Path = "optiflow.toml") -> Settings:
    """Settings of a TOML file and the environment, every relative path and SQLite URL made absolute.

    A relative `file` is looked for in the working folder and in those above it.

    Raises:
        SettingsError: the file is missing or not TOML, or a key is unknown or of the wrong type.
    """
    path = _found(Path(file))
    written = _read_toml(path)
    try:
        return _absolute(Settings(**written), path.parent)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        variable = f"OPTIFLOW_{key.upper().replace('.', '__')}"
        raise SettingsError(
            what=f"setting {key}: {first['msg']} (got {first.get('input')!r})",
            where=f"{path} or the environment variable {variable}",
            mend=f"correct or remove the key {key}; docs/operations.md lists all settings",
        ) from error


def _found(file: Path) -> Path:
    # A notebook opened in JupyterLab runs in its own folder: the settings file is then above it.
    if file.is_absolute():
        return file
    here = Path.cwd()
    return next((folder / file for folder in (here, *here.parents) if (folder / file).is_file()), here / file)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(
            what="the settings file does not exist",
            where=str(path),
            mend="run `optiflow init --sample` to write one, or name it with --settings",
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            what=f"the settings file is no UTF-8 text: byte {error.start + 1} cannot be read",
            where=str(path),
            mend="save it as UTF-8 (an editor's menu names the encoding)",
        ) from error
    except OSError as error:
        raise SettingsError(
            what=f"the settings file cannot be read: {error.strerror}",
            where=str(path),
            mend="let this account read it; it has to be a file",
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            what=f"the settings file is not TOML: {error}", where=str(path), mend="mend the line it names"
        ) from error


def _absolute(settings: Settings, folder: Path) -> Settings:
    paths = {name: folder / path for name, path in settings.paths}
    return settings.model_copy(
        update={
            "folder": folder,
            "paths": settings.paths.model_copy(update=paths),
            "source": settings.source.model_copy(update={"url": _absolute_url(settings.source.url, folder)}),
            "store": settings.store.model_copy(update={"url": _absolute_url(settings.store.url, folder)}),
        }
    )


def _absolute_url(url: str, folder: Path) -> str:
    prefix = "sqlite:///"
    return f"{prefix}{folder / url.removeprefix(prefix)}" if url.startswith(prefix) else url

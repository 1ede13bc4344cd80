"""Optiflow's own database, the published snapshots, the model files and the cache.

Names are loaded when first used: a page that only reads the snapshot does not pay for the database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optiflow_lib.store.additions import Addition, add_to_draft
    from optiflow_lib.store.alerts import (
        previous_alerts,
        read_alert_history,
        read_alerts,
        replace_alerts,
        set_alert_state,
    )
    from optiflow_lib.store.backups import backup, copy_store, restore
    from optiflow_lib.store.book import night_book
    from optiflow_lib.store.cache import Cache
    from optiflow_lib.store.connection import Store
    from optiflow_lib.store.documents import keep_document, read_document
    from optiflow_lib.store.drafts import replace_drafts
    from optiflow_lib.store.dumps import dump, dump_digest
    from optiflow_lib.store.generations import (
        Generation,
        accept_generation,
        accepted_generation,
        forget_generations,
        newest_generation,
        read_generation,
        save_generation,
    )
    from optiflow_lib.store.nights import (
        forget_nights,
        last_night,
        nights_of,
        read_night,
        read_nights,
        replace_item_chunk,
        replace_night,
    )
    from optiflow_lib.store.opening import open_store
    from optiflow_lib.store.order_receipts import read_order_receipts, receive_from_source, receive_lines
    from optiflow_lib.store.orders import (
        move_order,
        read_order_lines,
        read_order_steps,
        read_orders,
        set_line_quantity,
    )
    from optiflow_lib.store.overrides import (
        keep_override,
        lift_override,
        read_override_results,
        read_overrides,
        replace_override_results,
    )
    from optiflow_lib.store.runs import (
        close_interrupted,
        finish_run,
        read_run_steps,
        read_runs,
        record_step,
        start_run,
        start_step,
    )
    from optiflow_lib.store.snapshot import Snapshot, open_snapshot, publish
    from optiflow_lib.store.summaries import SUMMARIES, read_summary, refresh_summaries
    from optiflow_lib.store.users import add_user, read_users, remove_user, set_password, verify_user
    from optiflow_lib.store.verdicts import (
        Verdict,
        keep_verdict,
        read_verdicts,
        standing_verdicts,
        withdraw_verdict,
    )
    from optiflow_lib.store.visits import forget_visits, record_visit, visits_per_day

_NAMES = {
    "additions": "Addition add_to_draft",
    "alerts": "previous_alerts read_alert_history read_alerts replace_alerts set_alert_state",
    "backups": "backup copy_store restore",
    "book": "night_book",
    "cache": "Cache",
    "connection": "Store",
    "documents": "keep_document read_document",
    "drafts": "replace_drafts",
    "dumps": "dump dump_digest",
    "generations": "Generation accept_generation accepted_generation forget_generations newest_generation read_generation save_generation",
    "nights": "forget_nights last_night nights_of read_night read_nights replace_item_chunk replace_night",
    "opening": "open_store",
    "order_receipts": "read_order_receipts receive_from_source receive_lines",
    "orders": "move_order read_order_lines read_order_steps read_orders set_line_quantity",
    "overrides": "keep_override lift_override read_override_results read_overrides replace_override_results",
    "runs": "close_interrupted finish_run read_run_steps read_runs record_step start_run start_step",
    "snapshot": "Snapshot open_snapshot publish",
    "summaries": "SUMMARIES read_summary refresh_summaries",
    "users": "add_user read_users remove_user set_password verify_user",
    "verdicts": "Verdict keep_verdict read_verdicts standing_verdicts withdraw_verdict",
    "visits": "forget_visits record_visit visits_per_day",
}
_HOME = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "SUMMARIES",
    "Addition",
    "Cache",
    "Generation",
    "Snapshot",
    "Store",
    "Verdict",
    "accept_generation",
    "accepted_generation",
    "add_to_draft",
    "add_user",
    "backup",
    "close_interrupted",
    "copy_store",
    "dump",
    "dump_digest",
    "finish_run",
    "forget_generations",
    "forget_nights",
    "forget_visits",
    "keep_document",
    "keep_override",
    "keep_verdict",
    "last_night",
    "lift_override",
    "move_order",
    "newest_generation",
    "night_book",
    "nights_of",
    "open_snapshot",
    "open_store",
    "previous_alerts",
    "publish",
    "read_alert_history",
    "read_alerts",
    "read_document",
    "read_generation",
    "read_night",
    "read_nights",
    "read_order_lines",
    "read_order_receipts",
    "read_order_steps",
    "read_orders",
    "read_override_results",
    "read_overrides",
    "read_run_steps",
    "read_runs",
    "read_summary",
    "read_users",
    "read_verdicts",
    "receive_from_source",
    "receive_lines",
    "record_step",
    "record_visit",
    "refresh_summaries",
    "remove_user",
    "replace_alerts",
    "replace_drafts",
    "replace_item_chunk",
    "replace_night",
    "replace_override_results",
    "restore",
    "save_generation",
    "set_alert_state",
    "set_line_quantity",
    "set_password",
    "standing_verdicts",
    "start_run",
    "start_step",
    "verify_user",
    "visits_per_day",
    "withdraw_verdict",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"optiflow_lib.store.{_HOME[name]}"), name)
    raise AttributeError(f"optiflow_lib.store has no {name}")

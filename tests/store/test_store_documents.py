import pytest
from store_frames import NIGHT, suggested
from store_processes import at_the_same_moment

from optiflow_lib.errors import StoreError
from optiflow_lib.store import keep_document, open_store, read_document, replace_drafts

FIRST = "BC-2026-000001"


@pytest.fixture
def draft(store):
    replace_drafts(store, *suggested({"a": 3}), as_of=NIGHT, author="optiflow")
    return store


def test_what_was_kept_first_stays(draft):
    assert read_document(draft, FIRST) is None
    assert keep_document(draft, FIRST, '{"name": "é Ω ж €"}') == '{"name": "é Ω ж €"}'
    assert keep_document(draft, FIRST, "another") == '{"name": "é Ω ж €"}'
    assert read_document(draft, FIRST) == '{"name": "é Ω ж €"}'


def test_a_document_needs_its_order(store):
    with pytest.raises(StoreError):
        keep_document(store, FIRST, "{}")


def _keep(url, content):
    with open_store(url, main_location="M01") as store:
        return keep_document(store, FIRST, content)


def test_people_who_print_at_the_same_moment_print_the_same(draft, store_url):
    results = at_the_same_moment(_keep, *[(store_url, content) for content in "abc"])
    assert len(set(results)) == 1
    assert read_document(draft, FIRST) == results[0]

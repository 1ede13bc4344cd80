"""What is wrong with a mapping is said with the file, the line and the mend."""

import pytest
from source_shops import MAPPING

from optiflow_lib.errors import DataError, MappingError
from optiflow_lib.schemas.source import REQUIRED_TABLES
from optiflow_lib.source import open_source
from optiflow_lib.source.mapping import SHIPPED, read_mapping, shipped_mappings


def written(tmp_path, text):
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def opened(little_shop, file, **parameters):
    return open_source(f"sqlite:///{little_shop}", mapping=str(file), **parameters)


def line_of(file, head):
    return file.read_text(encoding="utf-8").splitlines().index(head) + 1


@pytest.mark.parametrize(
    ("old", "new", "said", "mend"),
    [
        ("qte AS on_hand FROM stock", "quantite AS on_hand FROM stock", "no such column: quantite", "correct the table or column"),
        ("FROM stock", "FROM stocks", "no such table: stocks", "correct the table or column"),
        (":shop AS location_id, qte", ":magasin AS location_id, qte", "binds :magasin", "declare magasin under [parameters]"),
        ("qte AS on_hand FROM", "qte AS product_id FROM", "delivers product_id twice", "a name of its own"),
        ("SELECT code AS product_id, :shop AS location_id, qte AS on_hand FROM stock", "DELETE FROM stock", "DELETE", "write one SELECT"),
        ("SELECT code AS product_id, :shop AS location_id, qte AS on_hand FROM stock", "SELECT FROM WHERE", "cannot be read as SQL", "one SELECT"),
    ],
)  # fmt: skip
def test_a_select_that_does_not_fit_is_named_with_its_line(little_shop, tmp_path, old, new, said, mend):
    before, table, after = MAPPING.partition("[stock]")
    file = written(tmp_path, before + table + after.replace(old, new))
    with (
        opened(little_shop, file) as source,
        pytest.raises(MappingError if "SELECT" not in mend else Exception) as error,
    ):
        source.read("stock")
    assert said in error.value.what
    assert error.value.where == f"[stock], line {line_of(file, '[stock]')} of {file}"
    assert mend in error.value.mend


def test_a_column_that_the_logical_table_needs_is_named_with_those_there_are(little_shop, tmp_path):
    file = written(tmp_path, MAPPING.replace(", qte AS on_hand FROM stock", ", qte AS quantite FROM stock"))
    with opened(little_shop, file) as source, pytest.raises(DataError) as error:
        source.read("stock")
    assert error.value.what == "stock has no column on_hand (it has: product_id, location_id, quantite)"
    assert f"line {line_of(file, '[stock]')}" in error.value.where


def test_a_value_of_the_wrong_kind_is_named_with_its_row(little_shop, tmp_path):
    file = written(
        tmp_path, MAPPING.replace("qte AS on_hand FROM stock", "code || 'x' AS on_hand FROM stock")
    )
    with (
        opened(little_shop, file) as source,
        pytest.raises(DataError, match="on_hand='0001x' is not a number"),
    ):
        source.read("stock")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[products\nsqlite = 1", "not TOML"),
        ('products = "SELECT 1"', "products is not a table of SELECTs"),
        ("[products]\nsqlite = 1", "products is not a table of SELECTs"),
        (MAPPING.replace("[stock]\nsqlite", "[stock]\npostgres"), "unknown dialect in [stock]: postgres"),
        (MAPPING.replace("[events]", "[evenements]"), "unknown logical table evenements"),
        (MAPPING.replace("[stock]", "[stock_history]"), "the mapping lacks stock"),
        ("", "the mapping lacks products, locations, sales, stock"),
    ],
)
def test_a_file_of_the_wrong_form_is_named(little_shop, tmp_path, text, said):
    file = written(tmp_path, text)
    with pytest.raises(MappingError) as error:
        opened(little_shop, file)
    assert said in error.value.what
    assert str(file) in error.value.where
    assert error.value.mend


def test_the_line_of_a_toml_error_is_told(little_shop, tmp_path):
    file = written(tmp_path, "# one\n# two\n[products\n")
    with pytest.raises(MappingError, match="line 3"):
        opened(little_shop, file)


def test_a_mapping_in_another_encoding_is_named(little_shop, tmp_path):
    file = tmp_path / "latin.toml"
    file.write_bytes(MAPPING.encode("latin-1"))
    with pytest.raises(MappingError, match="cannot be read") as error:
        opened(little_shop, file)
    assert "UTF-8" in error.value.mend


def test_a_mapping_that_does_not_exist_names_the_shipped_ones(little_shop):
    with pytest.raises(MappingError) as error:
        opened(little_shop, "prestashop")
    assert "there is no mapping 'prestashop'" in error.value.what
    assert "optiflow" in error.value.mend


def test_an_unknown_parameter_is_named_with_the_known_ones(little_shop, tmp_path):
    with pytest.raises(MappingError, match=r"unknown parameter magasin \(known: shop\)"):
        opened(little_shop, written(tmp_path, MAPPING), magasin="S2")


def test_a_missing_optional_table_is_named_when_it_is_asked_for(little_shop, tmp_path):
    file = written(tmp_path, MAPPING)
    with opened(little_shop, file) as source:
        assert not source.has("prices")
        with pytest.raises(MappingError) as error:
            source.read("prices")
    assert "no logical table prices" in error.value.what
    assert "[prices]" in error.value.mend
    assert "docs/data.md" in error.value.mend


def test_a_select_for_another_dialect_only_is_named(little_shop, tmp_path):
    file = written(tmp_path, MAPPING.replace("[stock]\nsqlite", "[stock]\npostgresql"))
    with opened(little_shop, file) as source, pytest.raises(MappingError) as error:
        source.read("stock")
    assert "[stock] has no SELECT for sqlite (it has: postgresql)" in error.value.what
    assert error.value.mend == 'add sqlite = "SELECT …" to [stock]'


@pytest.mark.parametrize("name", shipped_mappings())
def test_a_shipped_mapping_has_every_required_table_and_no_unknown_one(name):
    mapping = read_mapping(name, {})
    assert mapping.file.parent == SHIPPED
    assert set(REQUIRED_TABLES) <= set(mapping.selects)

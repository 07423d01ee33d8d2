"""The data map: every column of the record has a purpose, a lawful basis and a retention class, and nothing else is listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from escalation.record import tables

MAP: dict[str, Any] = yaml.safe_load((Path(tables.__file__).parents[1] / "data_map.yml").read_text())
COLUMNS = {table.name: {column.name for column in table.columns} for table in tables.Table.metadata.sorted_tables}
FIELDS = {"of", "basis", "retention", "special", "columns"}


def listed(table: str) -> dict[str, str]:
    entry = MAP["tables"].get(table, {})
    return dict(entry.get("columns", {}))


@pytest.mark.rule("S31")
@pytest.mark.parametrize("table", COLUMNS)
def test_no_column_is_collected_without_a_purpose_in_the_data_map(table: str) -> None:
    missing = {column for column in COLUMNS[table] if len(str(listed(table).get(column) or "").split()) < 3}
    assert missing == set(), f"say in data_map.yml what these columns of {table} are for"


@pytest.mark.rule("S31")
def test_the_data_map_lists_nothing_that_does_not_exist() -> None:
    gone = {f"{table}.{column}" for table in MAP["tables"] for column in set(listed(table)) - COLUMNS.get(table, set())}
    assert gone == set()
    assert set(MAP["tables"]) == set(COLUMNS)


@pytest.mark.rule("S34")
@pytest.mark.parametrize("table", COLUMNS)
def test_every_table_names_its_lawful_basis_and_how_long_it_is_kept(table: str) -> None:
    entry = MAP["tables"][table]
    assert set(entry) <= FIELDS
    assert entry["basis"]
    assert set(entry["basis"]) <= set(MAP["bases"])
    assert entry["retention"] in MAP["retention"]
    assert set(entry.get("special", ())) <= COLUMNS[table]


@pytest.mark.rule("S34")
def test_sharing_never_rests_on_consent_in_the_sense_of_the_gdpr_and_every_basis_names_its_article() -> None:
    assert "consent" not in " ".join(MAP["bases"])
    assert all("article 6(1)" in basis for basis in MAP["bases"].values())
    assert "paragraph 18" in MAP["special_condition"]


@pytest.mark.rule("S34")
def test_whatever_is_sealed_for_a_young_person_counts_as_special_except_where_to_reach_them() -> None:
    sealed = {f"{table}.{column}" for table, columns in COLUMNS.items() for column in columns if column.endswith("_sealed")}
    special = {f"{table}.{column}" for table, entry in MAP["tables"].items() for column in entry.get("special", ())}
    only_contact = {
        "addresses.address_sealed",
        "staff.email_sealed",
        "staff.telegram_sealed",
        "staff.totp_sealed",
        "sign_in_challenges.secret_sealed",
    }
    assert sealed - special == only_contact


def test_every_retention_class_says_what_ends_it() -> None:
    assert all(rule["meaning"] for rule in MAP["retention"].values())

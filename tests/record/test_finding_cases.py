"""A record from before cases could be searched: what finds them is filled in when it is brought up to date."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from escalation.record import schema
from escalation.record.store import make_engine

BEFORE = """
insert into people (id, data_key_wrapped, created_at, age_band, easy_read, language) values ('p', x'00', '2026-01-01', 'unknown', 0, 'en');
insert into cases (id, person_id, stage, level, categories, subject, flags, basis, contexts, chain, hidden_from, opened_at, closed_at,
  outcome, undecided, drill)
  values ('c', 'p', 'closed', 3, '["missing", "neglect"]', 'self', '[]', 'agreement', '[]', '{}', '[]', '2026-01-01', '2026-01-02',
  'referred', 0, 0);
insert into case_events (id, case_id, at, actor, event) values ('e', 'c', '2026-01-03', 'staff', 'noted');
"""


def test_cases_of_before_are_found_by_what_they_are_about_and_by_their_last_change(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'before.db'}"
    config, engine = Config(), make_engine(url)
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for statement in filter(str.strip, BEFORE.split(";")):
            connection.exec_driver_sql(statement)
    schema.upgrade(url)
    with engine.connect() as connection:
        case = connection.exec_driver_sql("select changed_at, referred_at from cases").one()
        categories = connection.exec_driver_sql("select category, case_id from case_categories order by category").all()
    engine.dispose()
    assert tuple(case) == ("2026-01-03", "2026-01-02")
    assert [tuple(row) for row in categories] == [("missing", "c"), ("neglect", "c")]

"""Keys are changed again and again while rows come to their end and people write: in small; `make turnover` does it in full."""

from __future__ import annotations

import pytest

from escalation.context import Service
from escalation.record import person_keys
from escalation.record.schema import upgrade
from nlu.noticing import Noticing
from tests.trials.turnover import run


@pytest.mark.rule("S71")
@pytest.mark.rule("S76")
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.fault)])
def test_every_message_is_readable_for_its_time_and_by_the_newest_key_alone(
    request: pytest.FixtureRequest, service: Service, noticing: Noticing, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    if database == "sqlite":
        url = str(request.getfixturevalue("database_url"))
    else:
        upgrade(url := request.getfixturevalue("postgres").new_database())
    monkeypatch.setattr(person_keys, "OTHERS_END_WITHIN", 1.0)
    made = run(url, service, noticing, messages=300, turns=2)
    print(made.table())  # noqa: T201 - the figures are asked for
    assert made.destroyed > made.messages / 3, "much of it has to come to its end for this to mean something"
    assert made.master_keys >= 2 and made.data_keys > 0
    assert (made.unreadable, made.readable) == (0, 0)

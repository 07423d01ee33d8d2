"""The drawn state machines are the ones in the code."""

from __future__ import annotations

from escalation import diagrams


def test_the_page_of_state_machines_is_drawn_from_the_code_as_it_stands() -> None:
    assert diagrams.PAGE.read_text("utf-8") == diagrams.page(), "run `python -m escalation.diagrams`"

"""What tests of the escalation share: a young person who talks to an adult."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson


@pytest.fixture
async def talking(staffed: House, young: YoungPerson) -> str:
    """A young person who talks to Sam; returns the case's id."""
    await young.starts()
    await young.says("person")
    for label in ("Yes", "Only that I want to talk", "Send it"):
        await young.taps(label)
    case = young.case()
    assert case
    staffed.pick_up("Sam", case.id)
    young.hears()
    return case.id

"""What tests of the escalation share: a young person who talks to an adult."""

from __future__ import annotations

import pytest

from bot.rehearsal.house import House, YoungPerson
from tests.escalation.talking import asks_for_an_adult


@pytest.fixture
async def talking(staffed: House, young: YoungPerson) -> str:
    """A young person who talks to Sam; returns the case's id."""
    case_id = await asks_for_an_adult(young)
    staffed.pick_up("Sam", case_id)
    young.hears()
    return case_id

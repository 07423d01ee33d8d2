"""Steps of a conversation test in which staff hand on, bring in a second adult, ask to pass something on, or share."""

from __future__ import annotations

from typing import Any

from bot.rehearsal.house import House
from escalation.sharing import override, reports, transfer
from escalation.sharing.override import Decision


def act(house: House, step: dict[str, Any], case_id: str) -> bool:
    """Do the step, if it is one of these, and say whether it was."""
    if "hands_on" in step:
        to = house.staff(step.pop("to")).id
        house.does(step.pop("hands_on"), lambda tx, me: transfer.propose(tx, house.service, case_id, me, to, house.clock()))
    elif "brings_in" in step:
        who = house.staff(step.pop("second")).id
        house.does(step.pop("brings_in"), lambda tx, me: transfer.watch(tx, house.service, case_id, me, who, house.clock()))
    elif "asks_to_pass_on" in step:
        what, whom = step.pop("what"), step.pop("whom")
        name = step.pop("asks_to_pass_on")
        house.does(name, lambda tx, me: reports.ask_to_pass_on(tx, house.service, case_id, me, whom, what, house.clock()))
    elif "shares" in step:
        told, unsafe = step.pop("told", ""), step.pop("unsafe_to_tell", "")
        made = Decision(step.pop("whom"), "what is needed", "a sister is there", "public_task", "harm", told, unsafe)
        house.does(step.pop("shares"), lambda tx, me: override.share(tx, house.service, case_id, me, made, house.clock()))
    else:
        return False
    return True

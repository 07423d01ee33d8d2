"""The adult they know from last time: offered again by name, and named honestly where not on duty.

Nothing of it while that would tell whoever holds the phone that there was a last time (S77).
"""

from __future__ import annotations

from bot.dialogue.ending_events import AdultAskedFor
from bot.dialogue.scene import Scene
from escalation.case import Adult
from escalation.rota.on_duty import asked_first


def of(scene: Scene) -> str | None:
    """Whom a new offer is about first, by id."""
    known = _adult(scene)
    return known.staff_id if known is not None and not scene.state.behind_carry_on else None


def on_duty(scene: Scene) -> Adult | None:
    """The adult of last time whom the open offer names, while that one is on duty."""
    known = _offered(scene)
    return known if known is not None and _is_here(scene, known) else None


def ask_first(scene: Scene) -> None:
    """They want to talk to the adult of last time, where the offer named that one."""
    known = on_duty(scene)
    if known is not None:
        scene.did(AdultAskedFor(known.staff_id))
        scene.staffing = asked_first(scene.staffing, known.staff_id)


def say_who_is_away(scene: Scene) -> None:
    """Be honest about the adult of last time where that one is not on duty."""
    known = _offered(scene)
    if known is not None and not _is_here(scene, known):
        scene.say(scene.words("ending.last_time_away", adult=known.first_name))


def _offered(scene: Scene) -> Adult | None:
    known, offer = _adult(scene), scene.state.offer
    return known if known is not None and offer is not None and offer.adult_id == known.staff_id else None


def _adult(scene: Scene) -> Adult | None:
    return scene.turn.ended.adult if scene.turn.ended else None


def _is_here(scene: Scene, adult: Adult) -> bool:
    return any(one.staff_id == adult.staff_id for one in (*scene.staffing.on_duty, *scene.staffing.backup))

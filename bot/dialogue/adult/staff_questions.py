"""What an adult asked by a button in the chat: may somebody else go on, may this be passed on or go into a referral, is this second adult all right?

Whether the question still stands is the record's to know: a button of an older one answers nothing there.
"""

from __future__ import annotations

from bot.dialogue.events import StaffAnswered
from bot.dialogue.own import pause
from bot.dialogue.scene import Scene

ANSWERS = ("transfer_yes", "transfer_no", "passing_on_yes", "passing_on_no", "referral_yes", "referral_no", "watcher_no")


def answers(name: str) -> bool:
    """Whether a button is one of these."""
    return name.partition(":")[0] in ANSWERS


def answer(scene: Scene, name: str) -> None:
    """Pass the answer on; not for whoever picked up the phone, before they carried on (S77)."""
    if pause.hides(scene):
        pause.ask(scene)
        return
    tapped, _, number = name.partition(":")
    question, _, said = tapped.rpartition("_")
    scene.did(StaffAnswered(question, number, said == "yes"))

"""What is held about them, who read it, what they agreed to, a copy, and how to change or clear it (S73).

The dialogue does not know the record: it says which part is wanted, and the host tells it. All of it is theirs, so none of it
shows after a pause before "Carry on" (S77).
"""

from __future__ import annotations

from bot.dialogue.adult import agreement
from bot.dialogue.events import RecordAsked
from bot.dialogue.own import clearing
from bot.dialogue.scene import Scene
from escalation.consent import Scope


def begin(scene: Scene) -> None:
    """What they may ask about themselves."""
    _speak(scene, "own_view.begin")


def held(scene: Scene) -> None:
    """What is held, in kinds and counts."""
    _tell(scene, "held")


def readers(scene: Scene) -> None:
    """Who of the staff looked at it, and when."""
    _tell(scene, "readers")


def agreed(scene: Scene) -> None:
    """What they said yes and no to."""
    _tell(scene, "agreed")


def change(scene: Scene) -> None:
    """What they may change by themselves."""
    scene.state.question, scene.aside = None, True
    buttons = list(scene.buttons(scene.service.library.message("own_view.change").buttons))
    if scene.person.easy_read:
        usual = scene.own_buttons([(scene.words("own_view.usual_words")[0], "do:easy_off")])[0]
        buttons = [usual if token.endswith("do:easy_on") else (label, token) for label, token in buttons]
    if scene.waiting and scene.state.offer and scene.state.offer.scope == Scope.SUMMARY:
        buttons.insert(0, scene.own_buttons([(scene.words("own_view.my_summary")[0], "do:own_summary")])[0])
    scene.say(scene.words("own_view.change"), buttons)


def change_summary(scene: Scene) -> None:
    """Write the summary anew, while nobody has picked it up yet."""
    if scene.waiting and scene.state.offer and scene.state.offer.scope == Scope.SUMMARY:
        agreement.write_summary(scene)
    else:
        change(scene)


def clear(scene: Scene) -> None:
    """What can be cleared and what is kept, with the reason; then the same question as ever (S73, S78)."""
    scene.aside = True
    scene.did(RecordAsked("kept", scene.state.turn))
    clearing.ask(scene)


def offer_copy(scene: Scene) -> None:
    """Say how a copy comes, before it can be seen on the phone."""
    scene.aside = True
    scene.ask("copy", "own_view.copy_link" if scene.app.own_page else "own_view.copy_here")


def give_copy(scene: Scene) -> None:
    """The yes to a copy."""
    _tell(scene, "copy")


def keep_copy(scene: Scene) -> None:
    """The no to a copy."""
    _speak(scene, "own_view.no_copy")


def privacy(scene: Scene) -> None:
    """What is private, in the words for this age (S33), and what the app keeps (S35)."""
    scene.state.question, scene.aside = None, True
    *words, last = scene.words("own_view.privacy")
    copy = scene.words("apps.keeps_copy", app=scene.app.title) if scene.app.keeps_a_copy else ()
    scene.say((*words, " ".join((last, *copy))), scene.buttons(scene.service.library.message("own_view.privacy").buttons))


def _tell(scene: Scene, part: str) -> None:
    scene.aside = True
    scene.did(RecordAsked(part, scene.state.turn))
    _speak(scene, "own_view.more")


def _speak(scene: Scene, id: str) -> None:
    scene.state.question, scene.aside = None, True
    scene.speak(id)

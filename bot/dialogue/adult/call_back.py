"""A call in place of writing here: the number, a safe time, and the name to ask for (S84).

What they type for it is kept in the call-back alone. No voicemail is left unless they allow it.
"""

from __future__ import annotations

import phonenumbers

from bot.dialogue.events import CallBackAsked
from bot.dialogue.scene import Scene
from bot.dialogue.state import Call

PICK = "call_when_"
MOST_CHARACTERS = 80
QUESTIONS = ("call_number", "call_when", "call_name")


def begin(scene: Scene) -> None:
    """Ask for the number, and say what it is used for."""
    scene.state.call = Call()
    _ask(scene, "call_number", "call_back.number")


def number_written(scene: Scene, text: str) -> None:
    """Take a number that can be rung; ask again for anything else."""
    scene.forget = True
    number = dialled(text)
    if number is None:
        _ask(scene, "call_number", "call_back.number_again")
        return
    _call(scene).number = number
    _ask(scene, "call_when", "call_back.when")


def pick_time(scene: Scene, number: str) -> None:
    """Take the label of the tapped button as the safe time."""
    buttons = scene.service.library.message("call_back.when").buttons
    label = next((button.label for button in buttons if button.go == f"do:{PICK}{number}"), None)
    if label is not None and scene.state.question == "call_when":
        time_written(scene, label)


def time_written(scene: Scene, text: str) -> None:
    """Take a safe time, in their own words."""
    scene.forget = True
    _call(scene).when = _short(text)
    _ask(scene, "call_name", "call_back.name")


def name_written(scene: Scene, text: str) -> None:
    """Take the name to ask for; empty for none."""
    scene.aside = scene.forget = True
    _call(scene).name = _short(text)
    scene.state.question = None


def no_name(scene: Scene) -> None:
    name_written(scene, "")


def allow_voicemail(scene: Scene) -> None:
    _call(scene).voicemail = True


def drop(scene: Scene) -> None:
    """No call after all: they write here."""
    scene.state.call = None


def adult_came(scene: Scene, text: str) -> bool:
    """An adult came in the middle of it: what they write now is for that adult, but for the number that was asked for.

    `False` where these words are to be passed on.
    """
    number = dialled(text) if scene.state.question == "call_number" else None
    scene.state.question, scene.state.call = None, None
    if number is None:
        return False
    scene.aside = scene.forget = True
    scene.did(CallBackAsked(number, "", "", False))
    return True


def asked(scene: Scene) -> bool:
    """Hand the call-back on with the yes. `False` where none was asked for."""
    call, scene.state.call = _whole(scene), None
    if call is None:
        return False
    scene.did(CallBackAsked(call.number, call.when, call.name, call.voicemail))
    return True


def shown(scene: Scene) -> tuple[str, ...]:
    """The call in words, without the number itself; nothing where none was asked for."""
    call = _whole(scene)
    if call is None:
        return ()
    voicemail = scene.words("call_back.voicemail" if call.voicemail else "call_back.no_voicemail")[0]
    name = call.name or scene.words("call_back.no_name")[0]
    return scene.words("call_back.shown", end=call.number[-3:], when=call.when, name=name, voicemail=voicemail)


def choices(scene: Scene) -> tuple[tuple[str, str], ...]:
    """The buttons that the last look gets beside its own: how to be reached."""
    call = _whole(scene)
    if call is None:
        return scene.buttons(scene.service.library.message("call_back.choice").buttons)
    buttons = scene.service.library.message("call_back.shown").buttons
    return scene.buttons(tuple(button for button in buttons if button.go != "do:voicemail_ok" or not call.voicemail))


def dialled(text: str) -> str | None:
    """A number as it is dialled from here, or `None` where there is none in `text` that can be rung."""
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    here = number.country_code == phonenumbers.country_code_for_region("GB")
    form = phonenumbers.PhoneNumberFormat.NATIONAL if here else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def _ask(scene: Scene, question: str, words: str) -> None:
    scene.aside = True
    scene.ask(question, words)  # type: ignore[arg-type]


def _call(scene: Scene) -> Call:
    if scene.state.call is None:
        scene.state.call = Call()
    return scene.state.call


def _whole(scene: Scene) -> Call | None:
    """The call, once there are a number and a time; what was broken off before is none."""
    call = scene.state.call
    return call if call and call.number and call.when else None


def _short(text: str) -> str:
    return " ".join(text.split())[:MOST_CHARACTERS]

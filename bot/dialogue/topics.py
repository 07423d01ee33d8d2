"""What the bot does about a topic: most are a script; a few of the `conversation` ones do something."""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue import guidance, languages
from bot.dialogue.adult import after_the_end, agreement, waiting
from bot.dialogue.ending_events import CheckInsStopped
from bot.dialogue.events import WentAway
from bot.dialogue.own import clearing
from bot.dialogue.scene import Scene
from nlu.normalise import normalise
from nlu.understanding import Level, Risk, Subject

LONGEST_SHORT_WORD = 30
_AROUND = " \n.!?…/"

OTHER_ADULT = "other_adult"
"""The flag of words that only somebody else would say."""

SMALL_WORDS = ("affirm", "deny", "unsure", "greet")
"""What somebody who waits for an adult may say without asking for anything."""


def answer(scene: Scene, topic: str, risk: Risk, raised_by: str | None) -> None:
    """Answer a topic that was understood."""
    if topic == "talk_to_person":
        wants_person(scene, risk, raised_by)
    elif scene.waiting and topic in SMALL_WORDS:
        waiting.note(scene)
    elif handler := _HANDLERS.get(topic):
        handler(scene)
    elif not guidance.show_topic(scene, topic):
        guidance.note_unanswered(scene, ((topic, 1.0),))
        scene.speak("conversation.no_script")


def short_word(scene: Scene, text: str) -> str | None:
    """The topic of a message that is nothing but one well-known word, so that menus work without the intent service."""
    words, plain = scene.service.library.short_words, text.casefold().strip(_AROUND)
    return words.get(plain) or (words.get(normalise(plain).text.strip(_AROUND)) if len(plain) <= LONGEST_SHORT_WORD else None)


def wants_person(scene: Scene, risk: Risk, raised_by: str | None) -> None:
    """They ask for a human: the same offer as ever, about what is known already if it is still open."""
    known = scene.state.offer
    if scene.waiting:
        waiting.note(scene)
    elif known and scene.turn.case and not risk.categories:
        about: Subject = "other" if known.subject == "other" else "self"
        flags = risk.flags | frozenset(known.flags)
        agreement.offer_because_asked(scene, Risk(Level(known.level), known.categories, about, flags=flags), known.raised_by)
    else:
        agreement.offer_because_asked(scene, risk, raised_by)


def command(scene: Scene, name: str) -> None:
    """A start, or a slash command of an app; its name is read like a word."""
    if name in ("", "start"):
        welcome(scene)
    else:
        answer(scene, named(scene, name), Risk(), None)


def named(scene: Scene, command: str) -> str:
    """The topic that a slash command stands for; the menu for one that nobody knows."""
    return scene.service.library.short_words.get(command, "menu")


def welcome(scene: Scene) -> None:
    """Hello: what is private and what is not, then one optional question, or the menu."""
    if not scene.state.told_limits:
        scene.state.told_limits = True
        scene.say(scene.words("conversation.limits", bot_name=scene.service.bot_name, organisation=scene.service.organisation))
    if scene.person.age_band == "unknown" and not scene.state.asked_age:
        ask_age(scene)
    else:
        guidance.show_menu(scene)


def ask_age(scene: Scene) -> None:
    """Asked once, optional, never a birth date."""
    scene.state.asked_age = True
    scene.ask("age", "conversation.age_question")


def app_age(scene: Scene) -> bool:
    """Where the app has a minimum age, the young are told of the web chat, never refused (S35). Once."""
    app = scene.app
    if not app.is_too_young(scene.person.age_band) or scene.state.told_app_age:
        return False
    scene.state.told_app_age = True
    told = scene.words("apps.too_young", app=app.title, age=str(app.minimum_age), web_chat=scene.service.web_chat)
    scene.say((*told, *scene.words("apps.keeps_copy", app=app.title)))
    return True


def _greet(scene: Scene) -> None:
    if not scene.state.told_limits:
        welcome(scene)
    elif not guidance.show_topic(scene, "greet"):
        guidance.show_menu(scene)


def helplines(scene: Scene) -> None:
    """Who can help. After a pause without the topic that was talked about (S77)."""
    if scene.state.behind_carry_on:
        scene.state.place = None
    guidance.show_helplines(scene, scene.state.place.topic if scene.state.place else None)


def ask_what_should_stop(scene: Scene) -> None:
    """ "I just want it to stop" may be about what is done to them: nothing is called off before they have said."""
    scene.ask("check_in", "conversation.stop_ask")


def stop(scene: Scene) -> None:
    """Stop. While an adult is on the way it is a change of mind; while one is offered it is a no."""
    if scene.waiting:
        agreement.withdraw(scene)
    elif agreement.in_agreement(scene):
        agreement.no(scene)
    else:
        scene.state.question = None
        scene.did(CheckInsStopped())
        scene.speak("conversation.stopped")


def away(scene: Scene) -> None:
    """Somebody is with them: nothing is shown until they are back (S79). Silent while an adult has the conversation (S60)."""
    if scene.state.private_matter:
        scene.did(WentAway())
        scene.state.go_behind()
    if not scene.live:
        guidance.show_topic(scene, "cant_talk_now")
        scene.state.place = None


def other_adult(scene: Scene) -> None:
    """Somebody says that they are a parent, a partner or a professional: they learn nothing, not even whether there is a chat (S27).

    It may be the young person's phone, so nothing shows from now on until "Carry on".
    """
    if scene.state.private_matter:
        scene.did(WentAway())
        scene.state.go_behind()
    scene.state.place, contact, organisation = None, scene.service.contact, scene.service.organisation
    if contact:
        scene.speak("own_view.other_adult", organisation=organisation, contact=contact)
    else:
        scene.speak("own_view.other_adult_no_contact", organisation=organisation)


def _withdraw(scene: Scene) -> None:
    agreement.withdraw(scene)


_HANDLERS: dict[str, Callable[[Scene], None]] = {
    "greet": _greet,
    "menu": guidance.show_menu,
    "repeat_simpler": guidance.repeat_simpler,
    "delete_my_data": clearing.ask,
    "stop_messages": stop,
    "cant_talk_now": away,
    "withdraw_consent": _withdraw,
    "change_language": languages.offer,
    "helplines": helplines,
    "my_plan": after_the_end.show_plan,
}

BY_PROGRAM = frozenset({"talk_to_person", *_HANDLERS})
"""The topics on which the bot does something; what is said on the others is a script."""

"""Serving guidance: menus, scripts and helplines."""

from __future__ import annotations

from bot.dialogue import opinion
from bot.dialogue.events import EasyReadChosen
from bot.dialogue.scene import Scene
from bot.dialogue.state import Place
from content.editorial.schema import Button, Contact, Script, Step

THEMES = ("relationships", "online_safety", "exploitation_and_harm", "wellbeing", "rights_and_help")
MOST_CONTACTS = 4
MOST_CHOICES = 8
MOST_GUESSES = 3
LEAST_NEAR = 0.08
"""A topic less likely than this is not offered as a guess."""
LEFT = ("plan", "own_line", "feedback_words", "concern_about", "concern_words")
"""Questions that take any words for their answer, and are over once somebody goes elsewhere: what they write then is no answer."""


def show_menu(scene: Scene) -> None:
    """The main menu; with their plan, where they have one that may be shown."""
    _leave(scene)
    scene.state.place = None
    plan = scene.own_buttons([(scene.words("ending.my_plan")[0], "do:my_plan")]) if scene.has_plan else ()
    scene.say(scene.words("conversation.menu"), (*scene.buttons(scene.service.library.message("conversation.menu").buttons), *plan))


def show_theme(scene: Scene, theme: str) -> None:
    """The topics of one theme, as buttons."""
    _leave(scene)
    library = scene.service.library
    topics = [script for topic in library.themes.get(theme, ()) if (script := scene.script(topic))]
    pairs = [(script.title, f"topic:{script.topic}") for script in topics]
    if theme == "rights_and_help":
        pairs.append((scene.words("own_view.title")[0], "do:own_view"))
    scene.say(scene.words("conversation.menu_theme"), scene.own_buttons([*pairs, (scene.words("conversation.back_to_menu")[0], "do:menu")]))


def show_topic(scene: Scene, topic: str) -> bool:
    """The first answer on a topic; its step `again`, if it has one, where they are at it already. `False` without a script."""
    _note_asked(scene, topic)
    place, script = scene.state.place, scene.script_begun(topic)
    if place is not None and place.topic == topic and script is not None and "again" in script.steps:
        return show_step(scene, topic, "again")
    return _show(scene, scene.script(topic), "start", _at_the_start(scene, topic))


def show_step(scene: Scene, topic: str, name: str) -> bool:
    """One step of a script, as it was when they began it. `False` where it does not exist (any more)."""
    begun = scene.begun(topic) or _at_the_start(scene, topic)
    return _show(scene, scene.script_begun(topic), name, begun.model_copy(update={"step": name}))


def _show(scene: Scene, script: Script | None, name: str, place: Place) -> bool:
    step = script.steps.get(name) if script else None
    if script is None or step is None:
        return False
    _leave(scene)
    scene.state.place = place
    if opinion.points_to_help(step):
        scene.state.helpers_shown = scene.turn.now
    asked, answers = opinion.question(scene, script, name)
    _say_step(scene, step, (*scene.buttons(resolved(script, step)), *answers), asked)
    return True


def _leave(scene: Scene) -> None:
    if scene.state.question in LEFT:
        scene.state.question = None


def _at_the_start(scene: Scene, topic: str) -> Place:
    return Place(topic=topic, edition=scene.service.edition, begun_at=scene.turn.now)


def _say_step(scene: Scene, step: Step, buttons: tuple[tuple[str, str], ...], then: tuple[str, ...] = ()) -> None:
    """The words with the picture; in an app that shows none, with what it shows where that says more than the words."""
    words, picture = (*step_words(scene, step), *then), step.picture
    if picture and scene.app.own_page:
        scene.say(words, buttons, picture=(picture.file, picture.alt))
    elif picture and picture.says_more:
        scene.say((f"{words[0]}\n{scene.service.library.label('picture', alt=picture.alt)}", *words[1:]), buttons)
    else:
        scene.say(words, buttons)


def step_words(scene: Scene, step: Step) -> tuple[str, ...]:
    """The bubbles of a step, with the fields that any script may use."""
    return scene.bubbles(step, bot_name=scene.service.bot_name, organisation=scene.service.organisation)


def repeat_simpler(scene: Scene) -> None:
    """Say the last step again in its easy-read form, and stay with that."""
    place = scene.state.place
    scene.did(EasyReadChosen(True))
    scene.set_person(easy_read=True)
    if place is None or not show_step(scene, place.topic, place.step):
        show_menu(scene)


def guess(scene: Scene, ranking: tuple[tuple[str, float], ...], about: str | None = None) -> bool:
    """Offer the nearest topics, after the one that the talk is `about`. `False` where nothing is near."""
    likely = [scene.script(topic) for topic, confidence in ranking if confidence >= LEAST_NEAR and is_guidance(scene, topic)]
    near = {script.title: f"topic:{script.topic}" for script in likely if script}
    if not near:
        return False
    known = scene.script(about) if about else None
    first = {known.title: f"topic:{known.topic}"} if known else {}
    pairs = list((_here(scene) | first | near).items())[:MOST_GUESSES]
    scene.say(scene.words("conversation.unsure"), scene.own_buttons([*pairs, (scene.words("conversation.something_else")[0], "do:menu")]))
    return True


def _here(scene: Scene) -> dict[str, str]:
    """The way back to the step that is being read: what was not understood is most likely about that."""
    place = scene.state.place
    script = scene.script_begun(place.topic) if place else None
    return {script.title: f"go:{script.topic}/{place.step}"} if script and place and is_guidance(scene, place.topic) else {}


def show_helplines(scene: Scene, topic: str | None = None) -> None:
    """Who can help: the contacts of the topic and the area first, each in one line."""
    scene.state.helpers_shown = scene.turn.now
    lines = [_line(scene, contact) for contact in _contacts(scene, topic)[:MOST_CONTACTS]]
    scene.say((*scene.words("conversation.helplines_intro"), "\n".join(lines)), scene.buttons(_after_helplines(scene)))


def open_now(scene: Scene, topic: str | None = None) -> str:
    """One bubble on who is there at any hour, those for the topic first."""
    always = [contact for contact in _contacts(scene, topic) if contact.always_open and contact.call][:3]
    return "\n".join((*scene.words("conversation.open_now_intro"), *(_line(scene, contact) for contact in always)))


def show_areas(scene: Scene) -> None:
    """Ask where the young person lives, roughly; it only chooses helplines."""
    directories = scene.service.library.directories.values()
    pairs = [(directory.title[:32], f"do:area_{directory.area}") for directory in directories]
    scene.state.ask("area")
    scene.say(scene.words("conversation.area_question"), scene.own_buttons(pairs[:MOST_CHOICES]))


def resolved(script: Script, step: Step) -> tuple[Button, ...]:
    """The buttons of a step, with whole names of where they lead."""
    return tuple(button if ":" in button.go else Button(label=button.label, go=f"go:{script.topic}/{button.go}") for button in step.buttons)


def _contacts(scene: Scene, topic: str | None) -> list[Contact]:
    library = scene.service.library
    script = scene.script(topic) if topic else None
    chosen = [library.contact(id) for id in (script.help if script else _told(scene))]
    everyone = [*chosen, *library.contacts_for(scene.person.area or scene.service.area)]
    fitting = [contact for contact in everyone if _fits(contact, scene.person.age_band)]
    return list({contact.id: contact for contact in fitting}.values())


def _told(scene: Scene) -> tuple[str, ...]:
    """Who helps with what an adult was offered for; nobody in particular while that is kept from view (S77)."""
    offer = scene.state.offer
    crisis = scene.service.library.crisis.get(offer.categories[0]) if offer and offer.categories else None
    return crisis.help if crisis and not scene.state.behind_carry_on else ()


def _fits(contact: Contact, age_band: str) -> bool:
    youngest, oldest = {"under_13": (0, 12), "13_15": (13, 15), "16_17": (16, 17), "18_25": (18, 25)}.get(age_band, (0, 25))
    return (contact.min_age or 0) <= oldest and (contact.max_age or 120) >= youngest


def _line(scene: Scene, contact: Contact) -> str:
    ways = [
        way for way in (contact.call, contact.text and scene.service.library.label("text_number", text=contact.text), contact.web) if way
    ]
    return scene.words("conversation.helpline_line", name=contact.name, how=" / ".join(ways), hours=contact.hours)[0]


def _after_helplines(scene: Scene) -> tuple[Button, ...]:
    return scene.service.library.message("conversation.helplines_intro").buttons


def begin_topic(scene: Scene, topic: str) -> None:
    """The beginning of a topic's first answer, without its buttons: a check-in follows it in the same turn. Nothing without a script."""
    script = scene.script(topic)
    if script is None:
        return
    _note_asked(scene, topic)
    scene.state.place = _at_the_start(scene, topic)
    scene.say(step_words(scene, script.steps["start"])[:2])


def go_on(scene: Scene, place: Place, words: str) -> bool:
    """Say `words` with the buttons of a step, to go on where guidance was left. `False` where the step is gone."""
    script = scene.script_begun(place.topic)
    step = script.steps.get(place.step) if script else None
    if script is None or step is None:
        return False
    scene.say(scene.words(words), scene.buttons(resolved(script, step)))
    return True


def note_unanswered(scene: Scene, ranking: tuple[tuple[str, float], ...]) -> None:
    """Have it counted that something was not answered, by the nearest topic of guidance and without the words."""
    near = (topic for topic, confidence in ranking if confidence >= LEAST_NEAR and is_guidance(scene, topic))
    scene.noted.append(("unanswered", next(near, "nothing_near")))


def _note_asked(scene: Scene, topic: str) -> None:
    if is_guidance(scene, topic) and scene.script(topic):
        scene.noted.append(("topic", topic))


def is_guidance(scene: Scene, topic: str | None) -> bool:
    """Whether a topic belongs to the guidance themes, not to the conversation itself."""
    return any(topic in scene.service.library.themes.get(theme, ()) for theme in THEMES)

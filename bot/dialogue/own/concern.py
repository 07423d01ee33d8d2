"""A complaint, or a concern about an adult who works here: for the person in charge, never for the one it is about (S63).

It works while that very adult has the conversation, too: what is written for it is not passed on to them.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.events import ConcernRaised, ConcernShown, PersonHidden
from bot.dialogue.own import pause
from bot.dialogue.responses import response
from bot.dialogue.scene import Scene
from bot.dialogue.state import Concern, Question
from escalation.case import Adult, Stage
from nlu.understanding import Level, Risk

ABOUT, LEAVE = "concern_about_", "leave_"
SOMEONE, SOMETHING = "someone", "something"
MOST_NAMES = 4
QUESTIONS: tuple[Question, ...] = ("concern_about", "concern_words", "concern_send")


def begin(scene: Scene) -> None:
    """Ask whom or what it is about."""
    if scene.state.behind_carry_on:
        pause.ask(scene)
        return
    scene.aside = scene.state.private_matter = True
    scene.state.concern = Concern()
    pairs = [(_label(scene, adult), f"do:{ABOUT}{adult.staff_id}") for adult in _adults(scene)[:MOST_NAMES]]
    pairs += [(scene.words(f"concern.{kind}")[0], f"do:{ABOUT}{kind}") for kind in (SOMEONE, SOMETHING)]
    scene.state.ask("concern_about")
    scene.say(scene.words("concern.about"), scene.own_buttons(pairs))


def about(scene: Scene, chosen: str) -> None:
    """Whom it is about: the id of a member of staff, `someone` or `something`."""
    scene.aside = True
    named = next((adult for adult in _adults(scene) if adult.staff_id == chosen), None)
    scene.state.concern = Concern(about=named.staff_id if named else None, about_staff=chosen != SOMETHING)
    who = reader(scene)
    if who is None:
        scene.state.question, scene.state.concern = None, None
        scene.speak("concern.nobody_else", adult=named.first_name if named else "")
    else:
        scene.ask("concern_words", "concern.write", who=who)


def written(scene: Scene, text: str, risk: Risk) -> None:
    """Show what would be sent, and to whom. Of a sign of harm they are told before the "no" what a "no" means (S81)."""
    scene.aside = True
    concern = scene.state.concern or Concern()
    if scene.state.question == "concern_about":
        concern = _meant(scene, text)
    harm = risk.level >= Level.CONCERN and concern.about_staff
    scene.state.concern = concern.model_copy(update={"words": text.strip(), "harm": harm or concern.harm})
    if risk.level >= Level.CONCERN:
        scene.say(response(scene, risk))
    _last_look(scene, text.strip(), warn=harm)


def look_again(scene: Scene) -> None:
    """Show once more what they wrote and did not send, for as long as it is there."""
    if scene.state.behind_carry_on:
        pause.ask(scene)
        return
    concern = scene.state.concern
    scene.aside = True
    if concern is None or not concern.words or reader(scene) is None:
        scene.say(scene.words("conversation.stale_button"))
        return
    _last_look(scene, concern.words, warn=concern.harm)


def _last_look(scene: Scene, words: str, *, warn: bool) -> None:
    who = reader(scene) or ""
    buttons = scene.service.library.message("concern.confirm").buttons
    warning = scene.words("concern.confirm_harm", who=who) if warn else ()
    scene.state.ask("concern_send")
    scene.did(ConcernShown())
    scene.say((*scene.words("concern.confirm", who=who, text=words), *warning), scene.buttons(buttons))


def in_danger(scene: Scene, risk: Risk) -> Risk:
    """A life at risk, told while a concern about an adult here is open: that adult is taken out of it, and only leads are alerted (S83)."""
    concern, case = scene.state.concern, scene.turn.case
    if concern is None or not concern.about_staff or scene.state.question not in QUESTIONS:
        return risk
    if scene.live and case and case.worker and concern.about in (None, case.worker.staff_id):
        scene.did(PersonHidden(case.worker.staff_id))
        scene.hide(case.worker.staff_id)
        scene.turn = replace(scene.turn, case=replace(case, stage=Stage.WAITING, worker=None))
    if concern.about:
        scene.hide_from = concern.about
        scene.hide(concern.about)
    return replace(risk, flags=risk.flags | {"position_of_trust"})


def change(scene: Scene) -> None:
    """They want to write it another way."""
    scene.aside = True
    scene.ask("concern_words", "concern.write", who=reader(scene) or "")


def send(scene: Scene) -> None:
    """The yes: it goes to whoever reads it."""
    concern, who = scene.state.concern or Concern(), reader(scene) or ""
    _close(scene, ConcernRaised(concern.about, concern.about_staff, concern.words))
    adult = _named(scene, concern)
    scene.say(scene.words("concern.sent", who=who), _after(scene, adult))


def drop(scene: Scene) -> None:
    """Nothing is sent; of a sign of harm the person in charge learns that much, as was said before."""
    concern, who = scene.state.concern or Concern(), reader(scene) or ""
    _close(scene, ConcernRaised(concern.about, True, None) if concern.harm else None)
    scene.say(scene.words("concern.harm_only" if concern.harm else "concern.not_sent", who=who), _after(scene, _named(scene, concern)))


def leave(scene: Scene, staff_id: str) -> None:
    """They do not want to go on with this adult. Somebody else is asked, and no reason (S82)."""
    scene.aside = True
    case = scene.turn.case
    if scene.live and case and case.worker and case.worker.staff_id == staff_id:
        scene.did(PersonHidden(staff_id))
        scene.hide(staff_id)
        scene.speak("concern.left", adult=case.worker.first_name)


def reader(scene: Scene) -> str | None:
    """Who will read it, by first name and job: somebody in charge whom it is not about, or the contact outside; `None` for nobody."""
    about_id = scene.state.concern.about if scene.state.concern else None
    leads = [adult for adult in scene.turn.staffing().leads if adult.staff_id != about_id]
    if leads:
        return scene.words("concern.reader", adult=leads[0].first_name, job=leads[0].job)[0]
    return scene.service.out_of_hours or None


def _close(scene: Scene, event: ConcernRaised | None) -> None:
    scene.aside = True
    scene.state.concern, scene.state.question = None, None
    if event is not None:
        scene.did(event)


def _after(scene: Scene, adult: Adult | None) -> tuple[tuple[str, str], ...]:
    """While they talk to the adult it is about: a way out of that conversation; else what there is next."""
    case = scene.turn.case
    if not scene.live:
        return scene.buttons(scene.service.library.message("concern.sent").buttons)
    if adult is None or case is None or case.worker != adult:
        return ()
    return scene.own_buttons([(scene.words("concern.leave")[0], f"do:{LEAVE}{adult.staff_id}")])


def _meant(scene: Scene, text: str) -> Concern:
    """Whom it is about, where they write instead of tapping: an adult here whose name is in it."""
    said = text.casefold().split()
    named = next((adult for adult in _adults(scene) if adult.first_name.casefold() in said), None)
    return Concern(about=named.staff_id if named else None, about_staff=True)


def _named(scene: Scene, concern: Concern) -> Adult | None:
    return next((adult for adult in _adults(scene) if adult.staff_id == concern.about), None)


def _label(scene: Scene, adult: Adult) -> str:
    """A first name; with the role where they have not met."""
    met = adult in scene.person.adults
    return adult.first_name if met else scene.words("concern.reader", adult=adult.first_name, job=adult.job)[0]


def _adults(scene: Scene) -> list[Adult]:
    """Whom they may mean: the adults they talked to, then those in charge."""
    return list({adult.staff_id: adult for adult in (*scene.person.adults, *scene.turn.staffing().leads)}.values())

"""When a life may be at risk now: the emergency message before anything else, and the adult on duty told at once."""

from __future__ import annotations

from bot.dialogue import guidance, onward
from bot.dialogue.adult import agreement
from bot.dialogue.events import EmergencyRaised, MeaningCorrected
from bot.dialogue.responses import response
from bot.dialogue.scene import Scene
from bot.dialogue.state import Offer
from nlu.understanding import Level, Risk


def raise_it(scene: Scene, risk: Risk, raised_by: str | None, also: tuple[str, ...] = ()) -> None:
    """Emergency words first, in this very turn; then who was told, plainly; then one question: are you safe right now?

    `also` is what else has to be said in this turn; it comes before the question.
    """
    scene.did(EmergencyRaised(risk.level, risk.categories, risk.subject, risk.flags, raised_by, scene.hide_from))
    scene.state.private_matter = True
    scene.state.offer = Offer(
        level=risk.level, categories=risk.categories, subject=risk.subject, flags=tuple(sorted(risk.flags)), raised_by=raised_by
    )
    if "position_of_trust" in risk.flags:
        scene.skip_the_rota()
    if scene.live:
        scene.speak("emergency.while_live")
        return
    scene.state.told_limits = True
    scene.say(scene.words("emergency.call_999"))
    scene.say(_told(scene))
    question = scene.service.library.message("emergency.safe_question")
    thanks = response(scene, risk)
    scene.state.ask("safe")
    scene.say(also)
    scene.say([" ".join((*thanks, *scene.words("emergency.safe_question")))], scene.buttons(question.buttons))


def safe(scene: Scene) -> None:
    """They say they are safe now. The rest is theirs to choose."""
    scene.say(scene.words("emergency.safe_yes"))
    if scene.adult() is None:
        scene.say([guidance.open_now(scene, onward.about(scene))])
    agreement.yes(scene)


def not_safe(scene: Scene) -> None:
    """They say they are not safe: 999 again, and who else is there."""
    scene.state.question = None
    scene.say(scene.words("emergency.call_999"))
    scene.speak("emergency.safe_no")


def not_meant(scene: Scene) -> None:
    """ "That's not what I meant": the bot says sorry; a human looks and closes it (S56)."""
    scene.state.question = None
    scene.state.signs = []
    scene.did(MeaningCorrected())
    scene.speak("emergency.not_meant")


def ask_about_suicide(scene: Scene, raised_by: str | None) -> None:
    """The one direct question (S16): asking does not plant the idea. `raised_by` is the message that led to it."""
    scene.state.suicide_asked = scene.state.private_matter = True
    scene.state.offer = Offer(level=Level.WORRY, categories=("suicide",), raised_by=raised_by)
    scene.ask("suicide", "emergency.suicide_question")


def no_thoughts_of_suicide(scene: Scene) -> None:
    scene.state.question = None
    scene.speak("emergency.suicide_no")


def numbers(scene: Scene) -> None:
    """Emergency numbers on request."""
    scene.state.risk_noticed = scene.pressing = True
    scene.say(scene.words("emergency.call_999"))
    guidance.show_helplines(scene)


def _told(scene: Scene) -> tuple[str, ...]:
    adult = scene.adult()
    if adult is None:
        return scene.words("emergency.told_nobody")
    return scene.words("emergency.told_adult", adult=adult.first_name, job=adult.job)

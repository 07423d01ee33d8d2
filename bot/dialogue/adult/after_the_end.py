"""After a conversation with an adult has ended: how they are now, how it was, and their plan."""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue.adult import agreement, last_time
from bot.dialogue.ending_events import FeedbackGiven, FeedbackWritten, SaidFine, SaidNotFine
from bot.dialogue.events import FeelingTold
from bot.dialogue.own import plan
from bot.dialogue.scene import Scene
from bot.dialogue.state import Offer, Question
from escalation.ending.ended import QUESTIONS, RATINGS, About
from nlu.understanding import Risk

Handler = Callable[[Scene], None]

_FOLLOWING: dict[About, About] = {"listened": "helped", "helped": "again"}


def is_asked(scene: Scene) -> bool:
    """Whether a check-in waits for its answer."""
    return scene.turn.ended is not None and scene.turn.ended.asked


def ask_how_they_are(scene: Scene) -> None:
    """After "Carry on" under a check-in. It says what "Not OK" brings about, before it is tapped."""
    scene.ask("how_are_you", "ending.how_are_you", adult=_name(scene))


def fine(scene: Scene) -> None:
    """They are OK."""
    scene.state.question = None
    scene.did(SaidFine())
    scene.speak("ending.fine_now")


def not_fine(scene: Scene) -> None:
    """They are not OK: the adult they know is asked first, or whoever is on duty, and that is said as it is."""
    scene.state.question, ended = None, scene.turn.ended
    if ended is None or not ended.asked:  # the question stayed on the phone, and its check-in is over
        agreement.offer_because_asked(scene, Risk(), None)
        return
    id = "ending.how_are_you"
    scene.did(SaidNotFine(id, scene.service.library.message(id).version, "\n".join(scene.words(id, adult=_name(scene)))))
    scene.state.offer = Offer(level=ended.level, categories=ended.categories, subject=ended.subject, adult_id=last_time.of(scene))
    last_time.ask_first(scene)
    last_time.say_who_is_away(scene)
    agreement.say_given(scene)


def perhaps_not_fine(scene: Scene) -> None:
    """Words that are neither button: an adult is offered, since nobody is asked to come, and nothing shown, but by a plain "Not OK"."""
    agreement.offer_because_asked(scene, Risk(), None)


def ask_how_it_was(scene: Scene) -> None:
    """Three taps and free words, once for each case."""
    if scene.turn.ended is None or scene.turn.ended.feedback_given:
        scene.speak("ending.feedback_over")
    else:
        scene.ask("listened", "ending.feedback_listened", adult=_name(scene))


def rated(scene: Scene, about: About, rating: str) -> None:
    """One tap, or a skip; then the next question."""
    if rating != "skip":
        scene.did(FeedbackGiven(about, rating))
    if about in _FOLLOWING:
        scene.ask(_FOLLOWING[about], f"ending.feedback_{_FOLLOWING[about]}")
    else:
        scene.ask("feedback_words", "ending.feedback_words")


def said_how_it_was(scene: Scene, words: str) -> None:
    """Free words; none where they skip it."""
    scene.state.question = None
    if words.strip():
        scene.did(FeedbackWritten(words.strip()))
    scene.speak("ending.feedback_thanks")


def show_plan(scene: Scene) -> None:
    """The plan made with an adult, and the safety plan: both theirs, under one neutral name."""
    if agreed := _agreed(scene):
        scene.say(["\n".join((*scene.words("ending.plan_heading"), *(f"- {words}" for words in agreed)))])
    if scene.state.plan or not agreed:
        plan.show(scene)
    else:
        scene.speak("ending.plan_shown")


def _agreed(scene: Scene) -> tuple[str, ...]:
    return scene.turn.ended.plan if scene.turn.ended else ()


def _name(scene: Scene) -> str:
    adult = scene.turn.ended.adult if scene.turn.ended else None
    return adult.first_name if adult else scene.words("consent.next_person")[0]


def _felt(feeling: str) -> Handler:
    def tell(scene: Scene) -> None:
        scene.did(FeelingTold(feeling))
        scene.speak(f"hand_over.feedback_{feeling}")

    return tell


def _rated(about: About, rating: str) -> Handler:
    return lambda scene: rated(scene, about, rating)


ANSWERS: dict[str, tuple[Question, Handler]] = {
    **{f"feel_{feeling}": ("feedback", _felt(feeling)) for feeling in ("good", "same", "bad")},
    "fine_now": ("how_are_you", fine),
    "not_fine": ("how_are_you", not_fine),
    "no_words": ("feedback_words", lambda scene: said_how_it_was(scene, "")),
    **{f"{about}_{rating}": (about, _rated(about, rating)) for about in QUESTIONS for rating in (*RATINGS, "skip")},
}
"""The buttons of these questions, with the question that each answers."""

"""One turn while it is being decided: what is known, what is remembered, and what has happened so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from bot.dialogue.events import Event, LanguageChosen, Said, SaidAside
from bot.dialogue.state import Conversation, Place, Question
from content.editorial.earlier import FINISHED_WITHIN
from content.editorial.release import reason_to_hold
from content.editorial.schema import Bubbles, Button, Script
from escalation.apps import App
from escalation.case import TALKING, Adult, CaseView, Stage
from escalation.context import Service
from escalation.ending.ended import Ended
from escalation.rota.on_duty import Staffing, only_leads, without
from escalation.words import clock, fill, message, tokens
from nlu.understanding import Level, Risk, Understanding


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that came in, with what was understood of it. `text` is the words, or the token of a button."""

    id: str
    kind: str
    text: str = ""
    media: str | None = None
    understood: Understanding = field(default_factory=Understanding)
    aside: bool = False
    """Whether it changes something that was said to the bot alone."""
    is_code_word: bool = False


@dataclass(frozen=True, slots=True)
class PersonView:
    """What the dialogue may know of the person: nothing that identifies them."""

    age_band: str = "unknown"
    area: str | None = None
    easy_read: bool = False
    channel: str = "webchat"
    language: str = "en"
    has_code: bool = False
    has_code_word: bool = False
    adults: tuple[Adult, ...] = ()
    """The adults they have talked to, the latest first."""
    kept_back: bool = False
    """Whether something waits until they carry on."""
    away: bool = False
    """Whether nothing of before shows where they are, until they carry on."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything a decision rests on."""

    now: datetime
    heard: tuple[Heard, ...]
    person: PersonView
    staffing: Callable[[], Staffing]
    """Who may take this conversation now. Asked only where it matters, which for most messages it does not."""
    case: CaseView | None
    minutes_until_here: Callable[[Level], float]
    """In how many minutes an adult can be promised to somebody of this level who is passed on now."""
    ended: Ended | None = None
    """The conversation with an adult that came before."""
    case_ended: datetime | None = None
    """When their newest case was closed, whether or not an adult was there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided: the conversation as it stands now, and what happened, in order."""

    conversation: Conversation
    events: tuple[Event, ...]
    noted: tuple[tuple[str, str], ...] = ()
    """What is counted of it, without saying of whom: the topics that were asked about, and what nothing answered."""


@dataclass
class Scene:
    """A turn in the making."""

    turn: Turn
    service: Service
    state: Conversation
    person: PersonView
    events: list[Event] = field(default_factory=list)
    noted: list[tuple[str, str]] = field(default_factory=list)
    aside: bool = False
    """Whether what is said now, and what it answers, stays between the young person and the bot."""
    forget: bool = False
    """Whether the words that came in are not to be kept in the chat."""
    pressing: bool = False
    """Whether what is said now goes out ahead of other people's ordinary answers, where an app takes only so many at a time."""

    hide_from: str | None = None
    """The member of staff whom they name in an open concern, by id: an alert about it goes round them."""

    @classmethod
    def open(cls, turn: Turn, conversation: Conversation, service: Service) -> Scene:
        state = conversation.own()
        state.turn += 1
        pressing = turn.case is not None or any(one.understood.risk.level >= Level.CONCERN for one in turn.heard)
        return cls(turn, service.speaking(turn.person.language, turn.now), state, turn.person, pressing=pressing)

    @cached_property
    def staffing(self) -> Staffing:
        """Who may take it now, without those who were set aside in this turn."""
        return self.turn.staffing()

    def script(self, topic: str) -> Script | None:
        """The guidance on a topic, where there is some that may be said today."""
        script = self.service.library.scripts.get(topic)
        return script if script and self._may_be_said(script) else None

    def begun(self, topic: str) -> Place | None:
        """Where they are in the middle of the script on this topic, for at most a day from its beginning."""
        place = self.state.place
        if place is None or place.topic != topic or place.begun_at is None or self.turn.now - place.begun_at > FINISHED_WITHIN:
            return None
        return place

    def script_begun(self, topic: str) -> Script | None:
        """The script on a topic as they began it, where they are in the middle of it; else as it is now.

        Only its own steps are those of then: helplines, crisis words, phrases and policy are always of now.
        """
        begun = self.begun(topic)
        versions = (one for one in self.service.replaced.get(topic, ()) if begun and one.until >= begun.edition)
        then = next((one.speaking(self.service.library.language) for one in versions), None)
        return then if then and self._may_be_said(then) else self.script(topic)

    def _may_be_said(self, script: Script) -> bool:
        """What a lead stopped is said nowhere; the rest of what is not signed off only where nobody real reads it."""
        return script.status != "retired" and not (self.service.only_signed and reason_to_hold(script, self.turn.now.date()))

    @property
    def app(self) -> App:
        """The app that they write from."""
        return self.service.app(self.person.channel)

    @property
    def live(self) -> bool:
        """Whether a human has the conversation."""
        return self.turn.case is not None and self.turn.case.stage in TALKING

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan of theirs that may be shown now (S77)."""
        return not self.state.behind_carry_on and bool(self.state.plan or (self.turn.ended and self.turn.ended.plan))

    @property
    def waiting(self) -> bool:
        return self.turn.case is not None and self.turn.case.stage is Stage.WAITING

    @property
    def immediate(self) -> bool:
        """Whether the case was passed on because a life may be at risk."""
        return self.turn.case is not None and self.turn.case.basis == "immediate"

    def did(self, event: Event) -> None:
        self.events.append(event)

    def say(
        self,
        bubbles: Iterable[str],
        buttons: Iterable[tuple[str, str]] = (),
        picture: tuple[str, str] | None = None,
    ) -> None:
        """Say these bubbles, with the picture above the first one and the buttons under the last one."""
        texts = [text for text in bubbles if text]
        for index, text in enumerate(texts):
            below = tuple(buttons) if index == len(texts) - 1 else ()
            self.did(Said(text, below, self.pressing, self.aside, picture if index == 0 else None))

    def words(self, id: str, **fields: str) -> tuple[str, ...]:
        """The bubbles of a message, for this person."""
        return message(self.service.library, id, self.person.age_band, self.person.easy_read, **fields)

    def speak(self, id: str, **fields: str) -> None:
        """Say a message with its own buttons."""
        self.say(self.words(id, **fields), self.buttons(self.service.library.message(id).buttons))

    def ask(self, question: Question, id: str, **fields: str) -> None:
        """Say a message and leave its question open."""
        self.state.ask(question)
        self.speak(id, **fields)

    def bubbles(self, words: Bubbles, **fields: str) -> tuple[str, ...]:
        return fill(words, self.person.age_band, self.person.easy_read, **fields)

    def buttons(self, buttons: tuple[Button, ...]) -> tuple[tuple[str, str], ...]:
        return tokens(buttons, self.state.turn)

    def own_buttons(self, pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        """Buttons made here: (label, go)."""
        return tuple((label, f"{self.state.turn}:{go}") for label, go in pairs)

    def clock(self, at: datetime) -> str:
        return clock(at, self.turn.now, self.service)

    def clock_in(self, minutes: float) -> str:
        """The time in so many minutes from now."""
        return self.clock(self.turn.now + timedelta(minutes=minutes))

    def next_time(self) -> str | None:
        """When somebody will next be on duty, in words."""
        return self.clock(self.staffing.next_start) if self.staffing.next_start else None

    def adult(self) -> Adult | None:
        """The adult who would be asked now."""
        return self.staffing.first

    def adult_name(self) -> str:
        """The adult who has the case or would be asked now, by first name, or words that stand for the next one."""
        case = self.turn.case
        adult = (case.worker if case else None) or self.adult()
        return adult.first_name if adult else self.words("consent.next_person")[0]

    def hide(self, staff_id: str) -> None:
        self.staffing = without(self.staffing, staff_id)

    def skip_the_rota(self) -> None:
        self.staffing = only_leads(self.staffing)

    def close_aside(self, heard: Iterable[Heard]) -> None:
        """What came in is answered: where that was an aside, it is one too."""
        if self.aside:
            self.did(SaidAside(tuple(one.id for one in heard), self.forget))
        self.aside = self.forget = False

    def speak_in(self, language: str) -> None:
        """From now on in this language."""
        self.did(LanguageChosen(language))
        self.set_person(language=language)
        self.service = self.service.speaking(language, self.turn.now)

    def set_person(self, **changes: object) -> None:
        self.person = replace(self.person, **changes)  # type: ignore[arg-type]


def together(heard: Iterable[Heard]) -> tuple[Understanding, str | None]:
    """One understanding of several messages sent in a burst, and the id of the one that weighs most.

    The highest level counts, with every category, sign and flag; the topic is the one that was surest.
    """
    messages = list(heard)
    top = max(messages, key=lambda m: m.understood.risk.level)
    surest = max(messages, key=lambda m: m.understood.confidence)
    risk = top.understood.risk
    others = [m.understood.risk for m in messages if m is not top]
    categories = dict.fromkeys((*risk.categories, *(c for other in others if other.level >= Level.CONCERN for c in other.categories)))
    flags = frozenset().union(*(m.understood.risk.flags for m in messages))
    merged = Risk(risk.level, tuple(categories), risk.subject, risk.evidence, risk.signs, flags)
    return replace(surest.understood, risk=merged), top.id if risk.level > Level.NONE else None

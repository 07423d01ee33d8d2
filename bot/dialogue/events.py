"""What a turn can bring about, in the past tense. `turn.py` carries each out; one that it does not know is a loud error."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.ending_events import EndingEvent
from nlu.understanding import Level


@dataclass(frozen=True, slots=True)
class Said:
    """One bubble, with its buttons as (label, token)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    urgent: bool = False
    aside: bool = False
    """Whether it stays between the young person and the bot."""
    picture: tuple[str, str] | None = None
    """A drawing above the words: file and alt text."""


@dataclass(frozen=True, slots=True)
class SaidAside:
    """These messages were for the bot alone: staff read them in no chat. `forget`: their words are not kept at all."""

    message_ids: tuple[str, ...]
    forget: bool


@dataclass(frozen=True, slots=True)
class OfRisk:
    """What was noticed, and the id of the message that raised it."""

    level: Level
    categories: tuple[str, ...]
    subject: str
    flags: frozenset[str]
    raised_by: str | None


@dataclass(frozen=True, slots=True)
class AdultOffered(OfRisk):
    """An adult was offered because of what was noticed, or because the young person asked for one."""


@dataclass(frozen=True, slots=True)
class EmergencyRaised(OfRisk):
    """A life may be at risk: the adult on duty is to be alerted at once. `hide_from`: a member of staff whom it is about (S63)."""

    hide_from: str | None = None


@dataclass(frozen=True, slots=True)
class RiskNoticed(OfRisk):
    """Something more was noticed while a case is open already."""


@dataclass(frozen=True, slots=True)
class AgreementGiven:
    """The young person said yes: to this scope, under exactly this wording."""

    scope: str
    summary: str | None
    wording_id: str
    wording_version: str
    wording: str
    wording_language: str


@dataclass(frozen=True, slots=True)
class AgreementRefused:
    """The young person said no to the offer."""

    wording_id: str
    wording_version: str
    wording: str
    wording_language: str


@dataclass(frozen=True, slots=True)
class AgreementWithdrawn:
    """The young person changed their mind about sharing."""

    wording_id: str
    wording_version: str
    wording: str


@dataclass(frozen=True, slots=True)
class PersonHidden:
    """ "Not this person": the case is hidden from them for good."""

    staff_id: str


@dataclass(frozen=True, slots=True)
class LeadFlagged:
    """Something that reaches the safeguarding lead whatever was agreed: `under_13`, `position_of_trust`."""

    reason: str


@dataclass(frozen=True, slots=True)
class MeaningCorrected:
    """ "That's not what I meant", after a flag."""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Words for the adult who has the conversation."""

    text: str


@dataclass(frozen=True, slots=True)
class AgeBandChosen:
    band: str


@dataclass(frozen=True, slots=True)
class AreaChosen:
    area: str


@dataclass(frozen=True, slots=True)
class EasyReadChosen:
    on: bool


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    language: str


@dataclass(frozen=True, slots=True)
class FeelingTold:
    """How it was, after an adult closed the conversation: `good`, `same` or `bad`."""

    feeling: str


@dataclass(frozen=True, slots=True)
class CarriedOn:
    """It is the young person who holds the phone: what was kept back may be shown."""


@dataclass(frozen=True, slots=True)
class WentAway:
    """Somebody is with them: nothing is shown until they are back (S79)."""


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """A return code is wanted; the host makes it and fills it into the message."""

    words: str


@dataclass(frozen=True, slots=True)
class MoveAsked:
    """They want to carry on in another app: the host makes a code, and tells it with `places`, where it can be written."""

    places: str


@dataclass(frozen=True, slots=True)
class DeletionAsked:
    """The young person wants this chat deleted."""


@dataclass(frozen=True, slots=True)
class RecordAsked:
    """They want to know what is held about them: `held`, `readers`, `agreed`, `kept` or `copy`. The host knows, and says it."""

    part: str
    turn: int


@dataclass(frozen=True, slots=True)
class CodeWordChosen:
    """From now on this word is asked for after a pause; `None` takes it away."""

    word: str | None


@dataclass(frozen=True, slots=True)
class BegunAfresh:
    """The code word is forgotten, and they begin afresh: nothing of before belongs to this chat any more. The host says so."""


@dataclass(frozen=True, slots=True)
class ConcernRaised:
    """A concern about a member of staff, or a complaint. Without `words` it says only that somebody might not be safe."""

    about_staff_id: str | None
    about_staff: bool
    words: str | None


@dataclass(frozen=True, slots=True)
class ConcernShown:
    """A concern was shown for a last look, and nothing of it is sent yet."""


@dataclass(frozen=True, slots=True)
class CallBackAsked:
    """They want to be rung, by whoever has their case."""

    number: str
    when: str
    name: str
    voicemail: bool


@dataclass(frozen=True, slots=True)
class StaffAnswered:
    """They answered what an adult asked by a button: `question` is transfer, passing_on, referral or watcher."""

    question: str
    number: str
    yes: bool


Event = (
    Said
    | StaffAnswered
    | SaidAside
    | AdultOffered
    | EmergencyRaised
    | RiskNoticed
    | AgreementGiven
    | AgreementRefused
    | AgreementWithdrawn
    | PersonHidden
    | LeadFlagged
    | MeaningCorrected
    | PassedOn
    | AgeBandChosen
    | AreaChosen
    | EasyReadChosen
    | LanguageChosen
    | FeelingTold
    | CarriedOn
    | WentAway
    | CodeAsked
    | MoveAsked
    | DeletionAsked
    | RecordAsked
    | CodeWordChosen
    | BegunAfresh
    | ConcernRaised
    | ConcernShown
    | CallBackAsked
    | EndingEvent
)

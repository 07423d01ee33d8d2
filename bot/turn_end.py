"""The end of a turn, in one transaction: what was heard is decided on, and what was decided is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import cache, partial

from bot.carrying_out.own import code_word_digest
from bot.carrying_out.turns import carry_out
from bot.dialogue.decide import decide
from bot.dialogue.own import code_word
from bot.dialogue.scene import Heard, PersonView, Turn
from bot.dialogue.state import Conversation
from bot.intake import WORDS
from escalation import cases, chain, discreet, promises
from escalation.case import OPEN
from escalation.context import Service
from escalation.ending import afterwards
from escalation.insight import counting
from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import InboxRow, Person
from escalation.young_person import own_view
from nlu.understanding import Level, Understanding


def carry_through(
    tx: Tx, service: Service, someone: Person, rows: Sequence[InboxRow], heard: tuple[Heard, ...], state: Conversation, now: datetime
) -> None:
    """Decide on these messages, and do what was decided."""
    latest = cases.latest_case(tx, someone.id, locked=True)
    case = latest if latest is None or latest.stage in OPEN else cases.open_case(tx, someone.id)
    level = max(one.understood.risk.level for one in heard)
    staffing = cache(partial(chain.staffing_for, tx, service, someone, case, now, level))
    view = cases.view(tx, case, now) if case and case.stage not in afterwards.OVER else None
    heard = tuple(_with_code_word(tx, someone, one) for one in heard)
    person = _person_view(tx, someone, rows[-1].channel, had_a_case=latest is not None)

    def minutes_until_here(level: Level) -> float:
        return promises.minutes(tx, service, staffing(), now, level)

    ended = afterwards.view(tx, someone) if latest else None
    turn = Turn(now, heard, person, staffing, view, minutes_until_here, ended, latest.closed_at if latest else None)
    outcome = decide(turn, state, service)
    mark_handled(tx, someone, rows, heard, now)
    carry_out(tx, service, someone, outcome.events, now)
    counting.count_turn(tx, service.zone, rows, outcome.noted, now)
    if not outcome.conversation.behind_carry_on:
        people.seen(tx, someone, now)
    someone.claim = someone.claimed_until = None
    people.save_conversation(tx, someone, outcome.conversation.model_dump_json(), outcome.conversation.turn, now)


def mark_handled(tx: Tx, someone: Person, rows: Sequence[InboxRow], heard: tuple[Heard, ...], now: datetime) -> None:
    """Keep of each message what was understood of it, and that it was handled."""
    messages.note_handled(tx, someone, rows, [(one.understood.risk.level, _kept(one.understood)) for one in heard], now)


def _person_view(tx: Tx, someone: Person, channel: str, *, had_a_case: bool) -> PersonView:
    return PersonView(
        someone.age_band,
        someone.area,
        someone.easy_read,
        channel,
        has_code=someone.return_code is not None,
        has_code_word=someone.code_word is not None,
        language=someone.language,
        adults=own_view.adults_met(tx, someone.id) if had_a_case else (),
        kept_back=discreet.keeps_back(tx, someone),
        away=someone.away_since is not None,
    )


def _with_code_word(tx: Tx, someone: Person, one: Heard) -> Heard:
    """The message, and whether it is their code word. Only its digest is known."""
    if someone.code_word is None or one.kind not in WORDS:
        return one
    return replace(one, is_code_word=code_word_digest(tx, someone, code_word.plain(one.text)) == someone.code_word)


def _kept(understood: Understanding) -> dict[str, object]:
    """What is kept beside a message: topic, level, and the evidence that explains it."""
    risk = understood.risk
    evidence = [{**asdict(item), "level": item.level.id} for item in risk.evidence]
    return {
        "topic": understood.topic,
        "confidence": understood.confidence,
        "level": risk.level.id,
        "categories": list(risk.categories),
        "subject": risk.subject,
        "flags": sorted(risk.flags),
        "evidence": evidence,
    }

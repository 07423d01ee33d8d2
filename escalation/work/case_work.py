"""What staff record on a case: form, notes, context, wishes and level. Entries stay; a correction is a new one.

Nothing here has to be done before a 999 call or a referral (S68).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from escalation import cases, chain, quiet, reading
from escalation.agreements import agreed
from escalation.case import NotPossible, Stage
from escalation.context import Service
from escalation.record import case_categories, history, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Staff
from escalation.work import form
from escalation.work.form import About
from nlu.understanding import Level

CONTEXTS = ("home", "peers", "school", "public_place", "online")
LEVELS = (Level.WORRY, Level.CONCERN, Level.URGENT, Level.IMMEDIATE)
LONGEST = 8000


@dataclass(frozen=True, slots=True)
class Note:
    """What happened, as a record needs it (S18): when, who, what was said, what was done and why; `corrects` names an older entry."""

    when: str = ""
    people: str = ""
    words: str = ""
    action: str = ""
    reason: str = ""
    corrects: str = ""


def working_on(tx: Tx, case_id: str, staff: Staff, *, watching: bool = False) -> CaseRow:
    """The case, locked, for whoever has it or leads; with `watching` for the second adult too. Raises `NotPossible`."""
    case = cases.locked(tx, case_id)
    if not reading.may_see(case, staff):
        raise NotPossible("there is no such case, or it is not yours to see")
    if staff.role == "lead" or case.worker_id == staff.id or (watching and case.watcher_id == staff.id):
        return case
    raise NotPossible("only the adult who has this case, or the lead, can do this")


def about(tx: Tx, service: Service, case: CaseRow, staff: Staff, now: datetime) -> About:
    """What the case is about, as far as this person knows: what was shared with them, and what staff noted themselves."""
    someone = people.person(tx, case.person_id)
    shared = agreed(tx, case, now, staff.id)
    noted = [category for entry in history.entries(tx, case, "level_set") for category in entry.detail.get("categories", ())]
    return About(
        categories=tuple(dict.fromkeys((*reading.seen_of(case, case.categories, shared, staff), *noted))),
        flags=tuple(case.flags) if staff.role == "lead" else reading.seen_of(case, case.flags, shared, staff),
        age_band=someone.age_band,
        nation=service.staff_policy.duties.nations.get(someone.area or service.area),
    )


def save_form(tx: Tx, service: Service, case_id: str, staff: Staff, given: Mapping[str, str], replaces: str, now: datetime) -> None:
    """Save a version of the form beside the older ones. `replaces`: the version it was written on, empty for none."""
    case = working_on(tx, case_id, staff)
    sections = service.staff_policy.form.for_case(about(tx, service, case, staff, now))
    answers = form.answered(sections, given)
    if problem := "nothing was filled in" if not answers else form.wrong(sections, answers):
        raise NotPossible(problem)
    before = history.entries(tx, case, "form_saved")
    if (before[-1].id if before else "") != replaces:
        raise NotPossible("a colleague saved this form while you wrote: open it in a second tab, and bring both together")
    if answers.get("referral") == "made":
        case.referred_at = case.referred_at or now
    _note(tx, case, staff, "form_saved", now, {"answers": answers, "replaces": replaces})


def note(tx: Tx, case_id: str, staff: Staff, written: Note, now: datetime) -> None:
    """Add a note or an action. An action needs its reason; words and action cannot both be missing (S18)."""
    case = working_on(tx, case_id, staff, watching=True)
    if not (written.words.strip() or written.action.strip()):
        raise NotPossible("write what was said, or what you did")
    if written.action.strip() and not written.reason.strip():
        raise NotPossible("write why you did it")
    if any(len(value) > LONGEST for value in asdict(written).values()):
        raise NotPossible(f"{LONGEST} characters at most in one field")
    if written.corrects and written.corrects not in {entry.id for entry in history.entries(tx, case, "noted", "corrected")}:
        raise NotPossible("the entry to correct is not one of this case")
    detail = {name: value.strip() for name, value in asdict(written).items() if value.strip()}
    _note(tx, case, staff, "corrected" if written.corrects else "noted", now, detail)


def set_context(tx: Tx, case_id: str, staff: Staff, contexts: Iterable[str], now: datetime) -> None:
    """Record where the harm happens, as the young person told it; places and people around them, not only their home."""
    case = working_on(tx, case_id, staff)
    chosen = [context for context in CONTEXTS if context in set(contexts)]
    case.contexts = chosen
    _note(tx, case, staff, "context_set", now, {"contexts": chosen})


def set_wants(tx: Tx, case_id: str, staff: Staff, words: str, now: datetime) -> None:
    """Record what the young person wants to happen, in their own words."""
    case = working_on(tx, case_id, staff)
    if not words.strip() or len(words) > LONGEST:
        raise NotPossible(f"write what they want, in their words, in {LONGEST} characters at most")
    case.wants_sealed = tx.vault.seal_for(people.person(tx, case.person_id), "cases.wants", case.id, words.strip())
    _note(tx, case, staff, "wants_set", now, {"words": words.strip()})


def wants(tx: Tx, case: CaseRow) -> str:
    """What the young person wants to happen, as it was recorded last."""
    return tx.vault.open_for(people.person(tx, case.person_id), "cases.wants", case.id, case.wants_sealed) if case.wants_sealed else ""


def set_level(
    tx: Tx, service: Service, case_id: str, staff: Staff, level: Level, categories: Iterable[str], reason: str, now: datetime
) -> None:
    """Step a case up or down, or add what it is about, with a reason. A step up hurries who is to come, or to answer."""
    case = working_on(tx, case_id, staff)
    more = [category for category in categories if category in service.library.crisis]
    if level not in LEVELS or not reason.strip():
        raise NotPossible("choose a level, and write why")
    was, case.level = case.level, level
    case.categories = list(dict.fromkeys((*case.categories, *more)))
    case.withheld = [one for one in case.withheld if one not in more]
    case_categories.note(tx, case)
    detail = {"from": Level(was).id, "to": level.id, "categories": more, "reason": reason.strip()}
    _note(tx, case, staff, "level_set", now, detail)
    tx.signal("queue:all")
    if case.stage == Stage.WAITING and level > was:
        chain.begin(tx, service, case, now)
    if level > was:
        quiet.hurry(tx, service, case, now)


def _note(tx: Tx, case: CaseRow, staff: Staff, event: str, now: datetime, detail: Mapping[str, object]) -> None:
    history.record(tx, case, event, now, actor="staff", staff_id=staff.id, detail=detail)
    tx.signal(f"case:{case.id}")

"""A whole life in the record: one young person whose words went every way there is, until every table holds something."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.desk.drafting import drafts as desk_drafts
from bot.desk.drafting import workflow
from bot.desk.panel import rounds, voices
from bot.rehearsal.endings import agrees_to_a_check_in, proposes, starts_closing
from bot.rehearsal.house import House, YoungPerson
from escalation.ending import feedback
from escalation.record import audit, erasures, messages, tries
from escalation.record.ids import new_id
from escalation.record.store import Record, Tx
from escalation.record.tables import (
    Absence,
    CaseRow,
    Debrief,
    InsightCount,
    LeaseRow,
    PanelComment,
    Passkey,
    Person,
    Shift,
    ShiftSwap,
    SignInChallenge,
    StaffSession,
    StaffUpdate,
    Table,
)
from escalation.staff import accounts
from escalation.work import case_work, drafts
from escalation.work.case_work import Note
from escalation.young_person import call_backs, concerns
from nlu.understanding import Level
from tests.escalation.talking import does, talks

STAYS = frozenset({"keys", "leases", "master_keys", "destructions", "audit_end", "published", "draft", "draft_review", "publish_job"})
"""Tables of the installation itself."""
LAST_ENTRY = 1
"""The newest entry of the audit stays, so that the chain has an end."""


async def lived_through(house: House, young: YoungPerson) -> str:
    """Disclosure, hand-over, work on the case, end and afterwards; returns the case's id. Sam has it, on a phone."""
    await young.starts()
    case_id = await talks(young)
    await young.says("zwetschgenknoedel is our dogs name")
    house.worker_says("Sam", case_id, "Marzipankartoffel is a word no robot would write.")
    does(
        house,
        "Sam",
        lambda tx, me: case_work.note(tx, case_id, me, Note(words="pfannkuchenteig", action="rang", reason="why"), house.clock()),
    )
    does(house, "Sam", lambda tx, me: case_work.set_wants(tx, case_id, me, "a birnenkompott of my own", house.clock()))
    does(house, "Sam", lambda tx, me: drafts.keep(tx, case_id, me, "Apfelstrudelrezept, I was about to", house.clock()))
    starts_closing(house, "Sam", case_id)
    proposes(house, "Sam", case_id, "We talk to your quarkstrudel together")
    house.record.write(lambda tx: _more(tx, house, case_id))
    house.record.write(lambda tx: _a_panel(tx, house))
    await agrees_to_a_check_in(young, house, case_id)
    house.close("Sam", case_id)
    await house.wait(days=9)
    return case_id


async def everybody_left(house: House) -> None:
    """The accounts of all staff but the office are closed."""
    house.hire("Robin", "admin")
    for name in ("Sam", "Alex", "Jo"):
        house.record.write(lambda tx, name=name: accounts.close_account(tx, house.service, _id(tx, house, name), "", house.clock()))  # type: ignore[misc]


def counts(record: Record) -> dict[str, int]:
    """How many rows each table holds, past its time or not."""

    def count(tx: Tx) -> dict[str, int]:
        tables = Table.metadata.sorted_tables
        return {table.name: tx.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}

    return record.read(count)


def sealed_bytes(record: Record) -> dict[str, bytes]:
    """A stretch of every envelope and wrapped key in the record, by where it stands."""

    def collect(tx: Tx) -> dict[str, bytes]:
        found = {}
        for table in Table.metadata.sorted_tables:
            for column in table.columns:
                if column.name.endswith(("_sealed", "_wrapped")):
                    for number, value in enumerate(tx.session.scalars(select(column).where(column.is_not(None)))):
                        found[f"{table.name}.{column.name} {number}"] = bytes(value[5:37])
        return found

    return record.read(collect)


def left_on_disk(record: Record, envelopes: dict[str, bytes]) -> set[str]:
    """Which of these envelopes can still be found in the database file, its log, or any file beside them."""
    folder = Path(str(record.engine.url.database)).parent
    everything = b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
    return {where for where, stretch in envelopes.items() if stretch and stretch in everything}


def _a_panel(tx: Tx, house: House) -> None:
    """A youth panel's round, with a nickname, a tap and two comments, of which a lead has looked at the worrying one."""
    sam, jo, now = house.staff("Sam").id, house.staff("Jo").id, house.clock()
    draft = desk_drafts.open_draft(tx, "guidance/relationships/consent.yml", sam, now)
    desk_drafts.save(tx, draft.id, draft.text + "\n", 0, sam, now)
    workflow.send_to_lead(tx, draft.id, sam, now)
    workflow.judge(tx, draft.id, jo, "fits", "", now)
    workflow.send_to_panel(tx, draft.id, sam, now)
    given = rounds.NewRound("Consent", "Harbour youth panel", [draft.id], now + timedelta(days=14))
    round_id, _ = rounds.open_round(tx, given, sam, now)
    cookie, item = voices.join(tx, round_id, "Kirschstreusel", now), rounds.find(tx, round_id).items[0]
    voice = voices.voice_of(tx, round_id, cookie)
    assert voice is not None
    voices.react(tx, voice, item, "start", "clear", "yes", now)
    voices.comment(tx, house.service, voice, item, "start", "say rhabarbergruetze instead", Level.NONE, now)
    voices.comment(tx, house.service, voice, item, "start", "he takes my johannisbeerkuchen", Level.CONCERN, now)
    for row in tx.session.scalars(select(PanelComment).where(PanelComment.level != "none")):
        rounds.looked(tx, row.id, jo, now)


def _more(tx: Tx, house: House, case_id: str) -> None:
    """What is rare: a call, a concern, feedback, rota, sessions, figures."""
    now, case = house.clock(), tx.session.get_one(CaseRow, case_id)
    someone, sam = tx.session.get_one(Person, case.person_id), tx.session.get_one(type(house.staff("Sam")), house.staff("Sam").id)
    call_backs.ask(tx, case, call_backs.Details("07700 900123", "after 4", "Aprikosenkuchen"), now)
    row = concerns.raise_one(tx, house.service, someone, None, concerns.SERVICE, "the bot is a holunderkuechle", now)
    row.decided_at = now
    feedback.say(tx, someone, case, "rhabarberschorle", now)
    shift = tx.session.scalars(select(Shift).where(Shift.staff_id == sam.id)).first()
    assert shift is not None
    tx.session.add_all(
        [
            ShiftSwap(id=new_id(), shift_id=shift.id, from_staff_id=sam.id, state="open", asked_at=now),
            Absence(id=new_id(), staff_id=sam.id, starts_at=now, ends_at=now + timedelta(days=1), noted_at=now),
            Debrief(id=new_id(), staff_id=sam.id, case_id=case_id, asked_at=now),
            StaffSession(token=new_id(), staff_id=sam.id, csrf="x", created_at=now, seen_at=now),
            Passkey(id=new_id(), staff_id=sam.id, credential="c", public_key=b"k", counter=0, name="pflaumenmus", added_at=now),
            SignInChallenge(
                browser=new_id(), secret_sealed=tx.vault.seal_own("sign_in_challenges.secret", "x", "quarkstrudel"), expires_at=now
            ),
            StaffUpdate(id=new_id(), staff_id=sam.id, channel="telegram", external_id="1", kind="text", received_at=now),
            InsightCount(id="2026-11 topic sleep", month=now.date(), what="topic", which="sleep", number=7),
        ]
    )
    messages.tell_staff(tx, sam, "telegram", "kirschmichel", now, case_id=case_id, speaker=messages.RELAYED)
    erasures.add(tx, {"0" * 64: now})
    tx.session.add(LeaseRow(name="calendar", holder="breakwater-1", until=now))
    tries.count(tx, tries.Limit("code", 5, timedelta(minutes=15)), "10.1.1.1", now)
    audit.note(tx, "case_read", now, staff_id=sam.id, case_id=case_id)


def _id(tx: Tx, house: House, name: str) -> str:
    return house.staff(name).id

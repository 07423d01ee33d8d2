"""`kill -9` at any moment: after the restart nothing is lost, doubled or out of order, and what was due while it was down is done."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import select

from content.editorial.library import Library
from escalation.record import audit, messages, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, DueRow, InboxRow, OutboxRow, PromiseRow, Staff
from tests.faults.running import Program
from tests.faults.waiting import until

pytestmark = pytest.mark.fault

PEOPLE, ROUNDS = 5, 3
TAKEN_OVER = 90.0
"""Seconds for a lease to end, the auditor to look, and one chat's messages to go out at one a second."""

DANGER = "i have swallowed a load of pills"


@dataclass
class Person:
    """Somebody who writes, and what they have written."""

    user: Any
    wrote: list[str] = field(default_factory=list)

    def writes(self, text: str) -> None:
        self.user.says(text)
        self.wrote.append(text)

    @property
    def shown(self) -> list[str]:
        return [sent.text for sent in self.user.bubbles]

    def kept(self, tx: Tx) -> tuple[list[InboxRow], list[str], list[tuple[str, str, str]]]:
        """Inbox rows, their words, and the outbox as (id, state, words), in order."""
        found = people.find(tx, "telegram", str(self.user.id))
        if found is None:
            return [], [], []
        came = list(tx.session.scalars(select(InboxRow).where(InboxRow.person_id == found[0].id).order_by(InboxRow.seq)))
        went = tx.session.scalars(select(OutboxRow).where(OutboxRow.person_id == found[0].id).order_by(OutboxRow.seq))
        return (
            came,
            [messages.body(tx, found[0], row)["text"] for row in came],
            [(row.id, row.state, messages.outgoing(tx, row)[0]) for row in went],
        )


def person(api: Any, number: int) -> Person:
    return Person(import_module("users").User(api, 990_000 + number, f"Person{number}", f"handle_{number}"))


def settled(program: Program) -> bool:
    """Nothing waits: every message is handled and every bubble is sent."""
    waiting = program.scalars(
        "select count(*) from inbox where handled_at is null union all select count(*) from outbox where state != 'sent'"
    )
    return not any(waiting)


def in_flight(program: Program) -> set[str]:
    """The rows that were being sent when the program died: each of them may go out once more."""
    return set(program.scalars("select id from outbox where state = 'sending'"))


def repeated(shown: list[str], rows: list[tuple[str, str, str]], may_repeat: dict[str, int]) -> int:
    """How many bubbles came twice. Fails unless the phone shows every row, in order, and repeats only what it may."""
    rest, count = list(shown), 0
    for row_id, _, text in rows:
        assert rest and rest.pop(0) == text, f"lost or out of order: {text!r}"
        for _ in range(may_repeat.get(row_id, 0)):
            if rest and rest[0] == text:
                rest.pop(0)
                count += 1
    assert rest == [], "something was said twice that may not be"
    return count


def test_the_comparison_itself_sees_loss_doubling_and_disorder() -> None:
    rows = [("1", "sent", "a"), ("2", "sent", "b")]
    assert repeated(["a", "a", "b"], rows, {"1": 1}) == 1
    for shown in (["a"], ["b", "a"], ["a", "b", "b"], ["a", "a", "b"], ["a", "b", "a"]):
        with pytest.raises(AssertionError):
            repeated(shown, rows, {})


@pytest.mark.rule("S72")
async def test_conversations_survive_being_killed_again_and_again(program: Program, api: Any) -> None:
    chance = random.Random(4)
    everyone = [person(api, number) for number in range(PEOPLE)]
    may_repeat: dict[str, int] = {}
    cut_off = Counter[str]()
    await program.start()
    for turn in range(ROUNDS):
        sent = api.calls["sendMessage"]
        api.fail("sendMessage", "slow", times=20, seconds=0.3)
        for who in chance.sample(everyone, PEOPLE):
            for number in range(chance.randint(1, 4)):
                who.writes(chance.choice(["menu", "zwetschge", DANGER, "yes"]) + f" {turn}.{number}")
        await until(lambda sent=sent: api.calls["sendMessage"] > sent)  # type: ignore[misc]
        await asyncio.sleep(chance.uniform(0, 0.5))
        for who in everyone:
            who.writes(f"and {turn}")
        await asyncio.sleep(chance.uniform(0, 0.3))
        program.kill()
        cut_off.update(_cut_off(program))
        for row_id in in_flight(program):
            may_repeat[row_id] = may_repeat.get(row_id, 0) + 1
        for who in chance.sample(everyone, 2):
            who.writes(f"are you there {turn}")
        await program.start()
    await until(lambda: not api.updates and settled(program), TAKEN_OVER, program.log.read_text)
    twice = program.look(lambda tx: sum(_check(who, tx, may_repeat) for who in everyone))
    print(f"{ROUNDS} kills cut off {dict(cut_off)}; {twice} bubbles were shown twice")  # noqa: T201 - the figure is asked for
    assert cut_off["unhandled"] and cut_off["unsent"] and cut_off["sending"], "a kill that hits nothing shows nothing"
    log = program.log.read_text()
    assert all(trace not in log for trace in ("zwetschge", "swallowed", str(everyone[0].user.id), "handle_", api.token))


def _cut_off(program: Program) -> dict[str, int]:
    """What the program had not finished when it died."""
    unfinished = {
        "unhandled": "inbox where handled_at is null",
        "unsent": "outbox where state = 'pending'",
        "sending": "outbox where state = 'sending'",
    }
    return {name: sum(program.scalars(f"select count(*) from {rows}")) for name, rows in unfinished.items()}  # noqa: S608


def _check(who: Person, tx: Tx, may_repeat: dict[str, int]) -> int:
    rows, words, said = who.kept(tx)
    assert words == who.wrote, "every message once, in the order in which it was written"
    assert len({row.external_id for row in rows}) == len(rows)
    turns = {row.handled_at for row in rows}
    conversation = people.load_conversation(tx, people.person(tx, rows[0].person_id))
    assert conversation is not None
    assert f'"turn":{len(turns)},' in conversation, "each message was handled in one turn, and no turn was made twice"
    assert said, "nobody is left without an answer"
    return repeated(who.shown, said, may_repeat)


async def test_an_unanswered_escalation_survives_and_what_passed_while_it_was_down_is_done(
    program: Program, api: Any, words: Library
) -> None:
    await program.start()
    program.kill()
    staff = _staff_on_telegram(program, api)
    await program.start()
    now_in_danger, urgent = person(api, 1), person(api, 2)
    now_in_danger.writes(DANGER)
    await until(lambda: len(_cases(program)) == 1)
    program.kill()
    may_repeat = dict.fromkeys(in_flight(program), 1)
    assert _stages(program) == ["waiting"]
    await program.start()
    await _agrees(urgent, "i want to kill myself")
    await until(lambda: _stages(program) == ["waiting", "waiting"])
    program.kill()
    for row_id in in_flight(program):
        may_repeat[row_id] = may_repeat.get(row_id, 0) + 1
    program.change(lambda tx: _pass_time(tx, timedelta(hours=1)))
    await program.start()
    await until(lambda: _open_due(program) == 0 and settled(program), TAKEN_OVER, program.log.read_text)
    program.kill()
    may_repeat |= dict.fromkeys(in_flight(program), 1)
    before = _outbox(program)
    await program.start()
    await asyncio.sleep(3)
    assert _outbox(program) == before, "a further restart does nothing once more"
    assert program.look(lambda tx: [_check(who, tx, may_repeat) for who in (now_in_danger, urgent)]) is not None
    _chain_ran_once(program, words, now_in_danger, urgent, staff)
    assert program.look(audit.first_broken) is None


def _staff_on_telegram(program: Program, api: Any) -> dict[str, Person]:
    """The demo staff, each reachable on Telegram."""
    staff = {name: person(api, 100 + number) for number, name in enumerate(("Sam", "Alex", "Jo"))}

    def connect(tx: Tx) -> None:
        for name, who in staff.items():
            row = tx.session.scalars(select(Staff).where(Staff.name == name)).one()
            row.telegram = tx.vault.pseudonym("telegram", str(who.user.id))
            row.telegram_sealed = tx.vault.seal_own("staff.telegram", row.id, str(who.user.id))
            api.known.add(who.user.id)

    program.change(connect)
    return staff


async def _agrees(who: Person, text: str) -> None:
    """From the first words to the final yes, by buttons."""
    who.writes(text)
    for answer in ("offer_yes", "scope_talk", "send"):
        token = await _button(who, answer)
        who.user.taps_token(token)
        who.wrote.append(token)


async def _button(who: Person, answer: str) -> str:
    def found() -> list[str]:
        return [token for sent in who.user.bubbles for _, token in sent.buttons if token.endswith(f":do:{answer}")]

    await until(lambda: bool(found()), otherwise=lambda: f"no {answer} in {who.shown}")
    return found()[-1]


def _pass_time(tx: Tx, by: timedelta) -> None:
    """While the program was down, this much time went by for what is due."""
    for due in tx.session.scalars(select(DueRow).where(DueRow.done_at.is_(None))):
        due.due_at -= by
    for promise in tx.session.scalars(select(PromiseRow)):
        promise.due_at -= by


def _cases(program: Program) -> list[str]:
    return program.scalars("select id from cases order by id")


def _stages(program: Program) -> list[str]:
    return [str(stage) for stage in program.scalars("select stage from cases order by id")]


def _open_due(program: Program) -> int:
    """What is left to do, but for asking again while they wait, which never ends."""
    return sum(program.scalars("select count(*) from due where done_at is null and kind != 'chain_again'"))


def _outbox(program: Program) -> list[str]:
    return program.scalars("select id from outbox order by seq")


def _chain_ran_once(program: Program, words: Library, now_in_danger: Person, urgent: Person, staff: dict[str, Person]) -> None:
    """Each step of each case's plan happened once, in order, and the broken promises are known as broken."""
    alerts = program.look(_alerts_by_case)
    again = ["Sam", "Alex", "Jo"]
    danger = ["Sam", "Jo", "Alex", *["Sam", "Jo", "Alex"] * 2, *again]
    urgent_case = ["Sam", "Sam", "Alex", "Jo", "Sam", "Alex", "Jo", *again]
    for case, names in zip(_cases(program), (danger, urgent_case), strict=True):
        assert alerts[case] == names
    assert all(who.shown for who in staff.values())
    assert set(program.scalars("select result from due where kind = 'chain_step'")) == {"done"}
    assert program.scalars("select count(*) from promises where kept_at is not null or broken_at is null") == [0]
    for who, end in ((now_in_danger, "_immediate"), (urgent, "")):
        told = [bubble for name in ("still_waiting", "nobody_came") for bubble in words.message(f"hand_over.{name}{end}").say]
        said = program.look(lambda tx, who=who: _said_by_the_chain(tx, who))  # type: ignore[misc]
        assert len(said) == len(told)
        assert all(
            re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(template)), text) for template, text in zip(told, said, strict=True)
        ), said


def _alerts_by_case(tx: Tx) -> dict[str, list[str]]:
    rows = tx.session.execute(
        select(OutboxRow.case_id, Staff.name)
        .join(Staff, Staff.id == OutboxRow.staff_id)
        .join(CaseRow, CaseRow.id == OutboxRow.case_id)
        .order_by(OutboxRow.seq)
    )
    found: dict[str, list[str]] = {}
    for case, name in rows:
        found.setdefault(str(case), []).append(name)
    return found


def _said_by_the_chain(tx: Tx, who: Person) -> list[str]:
    found = people.find(tx, "telegram", str(who.user.id))
    assert found is not None
    rows = tx.session.scalars(
        select(OutboxRow).where(OutboxRow.person_id == found[0].id, OutboxRow.speaker == "system").order_by(OutboxRow.seq)
    )
    return [messages.outgoing(tx, row)[0] for row in rows]

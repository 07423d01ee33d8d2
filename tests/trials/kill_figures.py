"""What the record and the phones show after the kills: lost, out of order, said twice, alerted twice."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bot.dialogue.state import Conversation
from content.editorial import library
from escalation.record import messages, people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, InboxRow, OutboxRow, Person
from tests.faults.chain_figures import done_twice
from tests.telegram.bot_api import BotApi
from tests.telegram.users import User


@dataclass
class Writer:
    """Somebody who writes, and what they have written."""

    user: User
    wrote: list[str] = field(default_factory=list)

    def writes(self, text: str) -> None:
        self.user.says(text)
        self.wrote.append(text)


@dataclass(frozen=True)
class Figures:
    """The table. A bubble counts as doubled where the phone shows one that the record knows nothing of: it was delivered, and the
    program died before it could note so. Emergency texts from memory are none: they were said where words were not stored in time."""

    people: int
    messages: int
    kills: int
    replies: int
    alerts: int
    cut_off: int
    lost: int
    out_of_order: int
    turns_twice: int
    alerts_twice: int
    replies_doubled: int
    alerts_doubled: int
    most_doubled_by_one_kill: int
    most_doubled_for_one: int
    from_memory: int
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether the targets are met."""
        wrong = self.lost or self.out_of_order or self.turns_twice or self.alerts_twice
        return not wrong and self.replies_doubled <= self.kills and self.most_doubled_for_one <= 1

    def table(self) -> str:
        rows = (
            ("people", self.people),
            ("messages written", self.messages),
            ("kills of the process", self.kills),
            ("bubbles to young people", self.replies),
            ("bubbles to staff", self.alerts),
            ("bubbles that a kill cut off while they were being sent", self.cut_off),
            ("lost: messages not stored or not handled, bubbles not sent", self.lost),
            ("people whose messages or replies are out of order", self.out_of_order),
            ("turns made twice", self.turns_twice),
            ("alerts raised twice", self.alerts_twice),
            ("replies that a young person saw twice", self.replies_doubled),
            ("bubbles that somebody of the staff saw twice", self.alerts_doubled),
            ("bubbles seen twice because of one kill, at most", self.most_doubled_by_one_kill),
            ("bubbles that one person saw twice because of one kill, at most", self.most_doubled_for_one),
            ("emergency texts from memory, as words were not stored in time", self.from_memory),
            ("seconds", round(self.seconds)),
        )
        return "\n".join(f"{name:<64}{value:>8}" for name, value in rows)


def figures(tx: Tx, api: BotApi, writers: list[Writer], staff: dict[str, User], marks: list[int], cut_off: int, seconds: float) -> Figures:
    """Count. `marks`: how many bubbles had reached phones at each kill."""
    found = [(writer, people.find(tx, "telegram", str(writer.user.id))) for writer in writers if writer.wrote]
    there = [(writer, someone[0]) for writer, someone in found if someone is not None]
    known = {id for ids in tx.session.scalars(select(OutboxRow.external_id)) if ids for id in ids.split(",")}
    outage = set(library.load().message("conversation.outage").say)
    unknown = [(number, sent) for number, sent in enumerate(api.sent) if str(sent.id) not in known and not sent.deleted]
    doubled = [(number, sent) for number, sent in unknown if sent.text not in outage]
    to_staff = {user.id for user in staff.values()}
    return Figures(
        people=len(writers),
        messages=sum(len(writer.wrote) for writer in writers),
        kills=len(marks),
        replies=sum(sent.chat not in to_staff for sent in api.sent),
        alerts=sum(sent.chat in to_staff for sent in api.sent),
        cut_off=cut_off,
        lost=_unfinished(tx)
        + sum(len(writer.wrote) for writer, someone in found if someone is None)
        + sum(_lost(tx, *one) for one in there),
        out_of_order=sum(_out_of_order(tx, *one) for one in there),
        turns_twice=sum(_turns_twice(tx, someone) for _, someone in there),
        alerts_twice=sum(done_twice(tx, case) for case in tx.session.scalars(select(CaseRow))),
        replies_doubled=sum(sent.chat not in to_staff for _, sent in doubled),
        alerts_doubled=sum(sent.chat in to_staff for _, sent in doubled),
        most_doubled_by_one_kill=_most(_kill_before(number, marks) for number, _ in doubled),
        most_doubled_for_one=_most((_kill_before(number, marks), sent.chat) for number, sent in doubled),
        from_memory=len(unknown) - len(doubled),
        seconds=seconds,
    )


def _unfinished(tx: Tx) -> int:
    unhandled = tx.session.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.handled_at.is_(None)))
    unsent = tx.session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(("pending", "sending", "failed"))))
    return (unhandled or 0) + (unsent or 0)


def _words(tx: Tx, someone: Person) -> list[str]:
    rows = tx.session.scalars(select(InboxRow).where(InboxRow.person_id == someone.id, InboxRow.kind == "text").order_by(InboxRow.seq))
    return [messages.body(tx, someone, row)["text"] for row in rows]


def _lost(tx: Tx, writer: Writer, someone: Person) -> int:
    return sum((Counter(writer.wrote) - Counter(_words(tx, someone))).values())


def _out_of_order(tx: Tx, writer: Writer, someone: Person) -> bool:
    """Whether messages, or the bot's replies, do not stand as they were written. What adults say may be kept back and come later."""
    replies = select(OutboxRow.external_id).where(OutboxRow.person_id == someone.id, OutboxRow.speaker == "bot", OutboxRow.state == "sent")
    shown = [int((ids or "0").split(",")[0]) for ids in tx.session.scalars(replies.order_by(OutboxRow.seq))]
    return _words(tx, someone) != writer.wrote or shown != sorted(shown)


def _turns_twice(tx: Tx, someone: Person) -> int:
    """Turns of the conversation beyond those in which messages were handled."""
    handled = set(tx.session.scalars(select(InboxRow.handled_at).where(InboxRow.person_id == someone.id)))
    state = people.load_conversation(tx, someone)
    return max(0, Conversation.model_validate_json(state).turn - len(handled)) if state else 0


def _kill_before(number: int, marks: list[int]) -> int:
    """The kill after which this bubble reached a phone."""
    return bisect_right(marks, number)


def _most(found: Iterable[Hashable]) -> int:
    """How often the most frequent one of these is there."""
    return max(Counter(found).values(), default=0)

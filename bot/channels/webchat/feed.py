"""What a young person's page shows: their own messages and those written to them, in the order in which they were seen.

Fetching is delivery: a row that waits for the web chat counts as sent once the page has asked for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Table, and_, bindparam, exists, func, literal_column, or_, select, union, union_all, update

from bot.channels.webchat import reader
from bot.channels.webchat.reader import Reader
from bot.channels.webchat.session import own_id
from escalation.record import messages
from escalation.record.store import Tx
from escalation.record.tables import InboxRow, OutboxRow, Staff
from escalation.record.times import UtcDateTime

AT_ONCE = 200
"""Rows of each table in one answer; the page asks again while there are more."""

OVERLAP = timedelta(seconds=60)
"""Rows that came so shortly before the page last read, or since, are given again, whatever their numbers: a row can be committed after
one with a higher number, or be fetched by another tab. The page tells by their ids that it has them."""

SHOWN_STATES = ("pending", "sent")
SHOWN_KINDS = ("text", "button", "edited")
Found = Row[*tuple[Any, ...]]
Conditions = tuple[ColumnElement[bool], ...]
_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,18})(?:\.(\d{1,11}))?")


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a page has read: the last numbers of inbox and outbox, and when that was (seconds since 1970). Written `12.40.1790000000`."""

    inbox: int = 0
    outbox: int = 0
    at: int | None = None

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The cursor in `text`; the beginning for anything else."""
        found = _CURSOR.fullmatch(text)
        return cls(int(found[1]), int(found[2]), int(found[3]) if found[3] else None) if found else cls()

    def __str__(self) -> str:
        return f"{self.inbox}.{self.outbox}" + (f".{self.at}" if self.at is not None else "")

    def young(self, now: datetime) -> datetime:
        """From when on rows are given again: a page that slept has not seen what others fetched meanwhile."""
        seconds = now.timestamp() if self.at is None else min(self.at, now.timestamp())
        return datetime.fromtimestamp(seconds, UTC) - OVERLAP


@dataclass(frozen=True, slots=True)
class Item:
    """One bubble. `speaker` is you, bot or worker; `name` the adult's first name; `token` is a button that you pressed;
    `picture` is a drawing's file and alt text."""

    id: str
    seq: int
    at: int
    speaker: str
    name: str = ""
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    token: str = ""
    picture: tuple[str, str] | None = None

    def as_json(self) -> dict[str, Any]:
        """As the page reads it."""
        return {
            "id": self.id,
            "seq": self.seq,
            "at": self.at,
            "speaker": self.speaker,
            "name": self.name,
            "text": self.text,
            "buttons": self.buttons,
            "token": self.token,
            "picture": self.picture,
        }


@dataclass(frozen=True, slots=True)
class Feed:
    """One answer to a page. `since` is when what may be shown begins (ms since 1970); `kept_back`: something lies before it."""

    items: tuple[Item, ...] = ()
    after: str = "0.0"
    more: bool = False
    since: int = 0
    kept_back: bool = False
    easy_read: bool = False
    language: str = "en"
    unfetched: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As the page reads it."""
        return {
            "items": [item.as_json() for item in self.items],
            "after": self.after,
            "more": self.more,
            "since": self.since,
            "kept_back": self.kept_back,
            "easy_read": self.easy_read,
            "language": self.language,
        }


def _new_or_young(table: Table, shown: Conditions, young: Conditions) -> ColumnElement[bool]:
    """The oldest rows that are new, and the newest of those that are given again for any of these reasons."""
    theirs = table.c.person_id == bindparam("person_id")
    fresh = (
        select(table.c.seq).where(theirs, *shown, table.c.seq > bindparam("after")).order_by(table.c.seq).limit(AT_ONCE).subquery("fresh")
    )
    # Each by an index of its own: all reasons in one condition lead through everything that was ever said.
    again = union(*(select(table.c.seq).where(theirs, reason) for reason in young)).subquery("again")
    late = (
        select(again.c.seq)
        .where(_no_way_in(again.c.seq) <= bindparam("after"))
        .order_by(again.c.seq.desc())
        .limit(AT_ONCE)
        .subquery("late")
    )
    # Whose they are is said inside only: said here, it leads through everything too.
    return and_(*shown, table.c.seq.in_(union_all(select(fresh.c.seq), select(late.c.seq))))


def _no_way_in(column: Any) -> ColumnElement[Any]:
    """A column by which no row is looked for: its index would lead through everything that was ever said."""
    return func.coalesce(column, column)


def _since(column: Any) -> ColumnElement[bool]:
    return _no_way_in(column) >= bindparam("since", type_=UtcDateTime())


def _one_of(column: ColumnElement[str], names: Iterable[str]) -> ColumnElement[bool]:
    """As it stands in the statement: values for a list would be put into it anew each time it runs."""
    return column.in_([literal_column(f"'{name}'") for name in names])


_now, _young = bindparam("now", type_=UtcDateTime()), bindparam("young", type_=UtcDateTime())
# Put together once, and not asked through the session, which takes several times as long: each page asks for them at each sign. So the
# veil hides nothing here by itself; what is past its time lies before `since` (see `Reader.first`).
_inbox, _outbox, _staff = (cast(Table, table.__table__) for table in (InboxRow, OutboxRow, Staff))
_INBOX = select(_inbox.c.seq, _inbox.c.id, _inbox.c.external_id, _inbox.c.kind, _inbox.c.body_sealed, _inbox.c.received_at).where(
    _new_or_young(
        _inbox,
        (_one_of(_inbox.c.kind, SHOWN_KINDS), _since(_inbox.c.received_at)),
        (_inbox.c.received_at > _young,),
    )
)
_OUTBOX = (
    select(
        _outbox.c.seq,
        _outbox.c.id,
        _outbox.c.channel,
        _outbox.c.state,
        _outbox.c.speaker,
        _outbox.c.body_sealed,
        _outbox.c.created_at,
        _outbox.c.sent_at,
        _staff.c.first_name,
    )
    .select_from(_outbox.outerjoin(_staff, _staff.c.id == _outbox.c.speaker_staff_id))
    .where(
        _new_or_young(
            _outbox,
            (
                _one_of(_outbox.c.state, SHOWN_STATES),
                or_(_outbox.c.not_before.is_(None), _outbox.c.not_before <= _now),
                _since(_outbox.c.created_at),
            ),
            (_outbox.c.state == literal_column("'pending'"), _outbox.c.created_at > _young, _outbox.c.sent_at > _young),
        )
    )
)
_FETCHED = (
    update(_outbox)
    .where(_outbox.c.id.in_(bindparam("ids", expanding=True)), _outbox.c.state == "pending")
    .values(state="sent", sent_at=_now)
    .returning(_outbox.c.case_id)
)


def read(tx: Tx, token: str, after: Cursor, now: datetime) -> Feed:
    """What is new for the person of this session since `after`. Empty before they did anything."""
    someone = reader.whose(tx, token)
    if someone is None:
        return Feed()
    connection, since = tx.session.connection(), reader.shown_since(someone)
    asked = {"person_id": someone.id, "since": max(since, someone.first or since), "young": after.young(now)}
    came = connection.execute(_INBOX, {**asked, "after": after.inbox}).all()
    went = connection.execute(_OUTBOX, {**asked, "after": after.outbox, "now": now}).all()
    more = any(sum(row.seq > had for row in rows) >= AT_ONCE for rows, had in ((came, after.inbox), (went, after.outbox)))
    lines = [_own(tx, someone, row) for row in came] + [_told(tx, someone, row, now) for row in went]
    return Feed(
        items=tuple(item for _, item in sorted(lines, key=lambda line: line[0])),
        after=str(Cursor(_last(came, after.inbox), _last(went, after.outbox), after.at if more else int(now.timestamp()))),
        more=more,
        since=_milliseconds(since),
        kept_back=someone.away_since is not None and _something_before(tx, someone, someone.away_since),
        easy_read=someone.easy_read,
        language=someone.language,
        unfetched=tuple(row.id for row in went if row.state == "pending" and row.channel == "webchat"),
    )


def mark_fetched(tx: Tx, ids: Iterable[str], now: datetime) -> None:
    """The page has these rows now: they count as sent, and a worker who wrote one is told."""
    # Not through the session: each answer is fetched, and it would take several times as long.
    for case_id in set(tx.session.connection().execute(_FETCHED, {"ids": list(ids), "now": now}).scalars()) - {None}:
        tx.signal(f"case:{case_id}")


def _own(tx: Tx, someone: Reader, row: Any) -> tuple[tuple[datetime, int, int], Item]:
    text = messages.body(tx, someone, row).get("text") or ""
    button = row.kind == "button"
    item = Item(
        own_id(row.external_id) or row.id,
        row.seq,
        _milliseconds(row.received_at),
        "you",
        text="" if button else text,
        token=text if button else "",
    )
    return (row.received_at, 0, row.seq), item


def _told(tx: Tx, someone: Reader, row: Found, now: datetime) -> tuple[tuple[datetime, int, int], Item]:
    """A row and where it stands: by the time it was first shown, since it may have been kept back before."""
    text, buttons, picture = messages.unpacked(tx.vault.open_for(someone, "outbox.body", row.id, row.body_sealed))
    speaker = "worker" if row.speaker == "worker" else "bot"
    item = Item(row.id, row.seq, _milliseconds(row.created_at), speaker, row.first_name or "", text, buttons, picture=picture)
    return (row.sent_at or now, 1, row.seq), item


def _something_before(tx: Tx, someone: Reader, when: datetime) -> bool:
    since = someone.cleared_at or someone.created_at
    earlier = exists().where(OutboxRow.person_id == someone.id, OutboxRow.created_at >= since, OutboxRow.created_at < when)
    return bool(tx.session.scalar(select(earlier)))


def _last(rows: Iterable[Found], had: int) -> int:
    last: int = max([had, *(row.seq for row in rows)])
    return last


def _milliseconds(when: datetime) -> int:
    return int(when.astimezone(UTC).timestamp() * 1000)

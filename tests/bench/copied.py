"""A record on SQLite made large by SQL: rows of one person copied, as their own history or as other people's.

Copies have ids of their own, so their words don't open, and nothing reads them: what counts is that they are there.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Table, func, insert, literal, null, select, true

from escalation.record import people
from escalation.record.store import Record, Tx
from escalation.record.tables import Address, InboxRow, OutboxRow, Person

EACH = 40
"""Messages of each of the other people."""

_PEOPLE, _ADDRESSES, _INBOX, _OUTBOX = (cast(Table, table.__table__) for table in (Person, Address, InboxRow, OutboxRow))

Changed = dict[str, ColumnElement[Any]]


def _new() -> ColumnElement[Any]:
    """An id for each copy."""
    return func.lower(func.hex(func.randomblob(16)))


class Copies:
    """Copies of somebody's rows in this record."""

    def __init__(self, record: Record, channel: str, address: str) -> None:
        self._record, self._batch = record, 0
        self._whose = record.read(lambda tx: self._person(tx, channel, address))

    def lengthen_to(self, messages: int) -> None:
        """Make their conversation at least so long, half of it theirs."""
        self._record.write(lambda tx: self._messages(tx, messages - self._count(tx, whole=False), {}))

    def store_for_others(self, messages: int) -> None:
        """Make the record hold about so many messages, of people who each have some."""
        self._record.write(lambda tx: self._others(tx, messages - self._count(tx, whole=True)))
        self._record.fold_in()

    def _others(self, tx: Tx, missing: int) -> None:
        if missing <= 0:
            return
        self._batch += 1
        batch = f"batch-{self._batch}"
        self._copy(tx, _PEOPLE, missing // EACH, {"id": _new(), "code": literal(batch), "return_code": null(), "move_code": null()})
        others = select(_PEOPLE.c.id).where(_PEOPLE.c.code == batch).subquery("others")
        theirs: Changed = {"person_id": others.c.id, "address_id": others.c.id}
        self._copy(tx, _ADDRESSES, 1, {**theirs, "id": others.c.id, "pseudonym": _new().concat(_new())}, others)
        self._messages(tx, EACH, theirs, others)

    def _messages(self, tx: Tx, messages: int, whose: Changed, others: FromClause | None = None) -> None:
        heard = {"id": _new(), "external_id": _new(), "message_ref": _new().concat(_new()), "kind": literal("button")}
        self._copy(tx, _INBOX, messages // 2, {**heard, **whose}, others, _INBOX.c.handled_at.is_not(None))
        self._copy(tx, _OUTBOX, messages // 2, {"id": _new(), **whose}, others, _OUTBOX.c.state == "sent")

    def _copy(
        self, tx: Tx, table: Table, times: int, changed: Changed, others: FromClause | None = None, which: ColumnElement[bool] | None = None
    ) -> None:
        """Copy one row of theirs so many times, with these columns changed; for each of the others if there are some."""
        if times <= 0:
            return
        whose = (table.c.id if table is _PEOPLE else table.c.person_id) == self._whose
        source = select(table).where(whose, true() if which is None else which).limit(1).subquery("source")
        numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
        numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < times))
        columns = [column.name for column in table.c if column.name != "seq"]
        rows = select(*(changed.get(name, source.c[name]) for name in columns)).select_from(source.join(numbers, true()))
        copies = rows if others is None else rows.join(others, true())
        tx.session.connection().execute(insert(table).from_select(columns, copies, include_defaults=False))

    def _count(self, tx: Tx, *, whole: bool) -> int:
        def rows(table: Table) -> int:
            which = true() if whole else table.c.person_id == self._whose
            return tx.session.connection().execute(select(func.count()).select_from(table).where(which)).scalar_one()

        return rows(_INBOX) + rows(_OUTBOX)

    def _person(self, tx: Tx, channel: str, address: str) -> str:
        found = people.find(tx, channel, address)
        assert found is not None
        return found[0].id

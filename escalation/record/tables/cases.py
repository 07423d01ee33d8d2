"""Cases, their history, the agreement ledger, and everything that was promised or has to happen later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from escalation.record.tables.base import Sequence, Table


class CaseRow(Table):
    """A case: from the offer of an adult to the end. What happened in it stands in `case_events`.

    `age_band`: what was known of their age then, where they said since that they are 18 or older. `withheld`: of its categories and
    flags those that an alert for a life at risk does not show, as they were noticed after a change of mind.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_stage", "stage", "level"),
        Index("ix_cases_changed", "changed_at", "id"),
        Index("ix_cases_stage_changed", "stage", "changed_at", "id"),
        Index("ix_cases_worker_changed", "worker_id", "changed_at", "id"),
        Index("ix_cases_held", "changed_at", "id", sqlite_where=text("held_at IS NOT NULL"), postgresql_where=text("held_at IS NOT NULL")),
        Index(
            "ix_cases_referred",
            "changed_at",
            "id",
            sqlite_where=text("referred_at IS NOT NULL"),
            postgresql_where=text("referred_at IS NOT NULL"),
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    stage: Mapped[str] = mapped_column(String(12))
    level: Mapped[int]
    categories: Mapped[list[str]]
    subject: Mapped[str] = mapped_column(String(10))
    flags: Mapped[list[str]]
    withheld: Mapped[list[str]] = mapped_column(default=list)
    basis: Mapped[str] = mapped_column(String(12))
    raised_by: Mapped[str | None] = mapped_column(String(32))
    summary_sealed: Mapped[bytes | None]
    contexts: Mapped[list[str]] = mapped_column(default=list)
    wants_sealed: Mapped[bytes | None]
    plan_sealed: Mapped[bytes | None]
    feeling_before: Mapped[int | None]
    feeling_after: Mapped[int | None]
    chain: Mapped[dict[str, Any]]
    hidden_from: Mapped[list[str]]
    opened_at: Mapped[datetime] = mapped_column(index=True)
    changed_at: Mapped[datetime] = mapped_column(default=lambda context: context.get_current_parameters()["opened_at"])
    waiting_since: Mapped[datetime | None]
    worker_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    picked_up_at: Mapped[datetime | None]
    picked_up_on: Mapped[str | None] = mapped_column(String(20))
    watcher_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    transfer_to: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    asked_for: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))
    referred_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    hold_review_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    undecided: Mapped[bool] = mapped_column(default=False, index=True)
    drill: Mapped[bool] = mapped_column(default=False)
    age_band: Mapped[str | None] = mapped_column(String(10))


class CaseCategory(Table):
    """One of the things that a case is about, beside its row, so that cases are found by it."""

    __tablename__ = "case_categories"
    category: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True, index=True)


class Draft(Table):
    """What an adult has begun to write to the young person of a case, until it is sent."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("case_id", "staff_id"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    words_sealed: Mapped[bytes]
    kept_at: Mapped[datetime]


class CaseEvent(Table):
    """One entry in a case's history: who did what, when and why. Never changed; a correction is a new entry."""

    __tablename__ = "case_events"
    __table_args__ = (
        Index("ix_case_events_case", "case_id", "event", "at"),
        Index("ix_case_events_event", "event", "at"),
        Index("ix_case_events_staff", "staff_id", "event", "case_id"),
    )
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    event: Mapped[str] = mapped_column(String(40))
    detail_sealed: Mapped[bytes | None]


class AgreementRow(Table):
    """One entry of the agreement ledger: given, refused, withdrawn or override. Never changed."""

    __tablename__ = "agreements"
    seq: Mapped[int] = mapped_column(Sequence, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    scope: Mapped[str | None] = mapped_column(String(20))
    recipient: Mapped[str] = mapped_column(String(40))
    recipient_role: Mapped[str] = mapped_column(String(10), default="worker")
    wording_id: Mapped[str] = mapped_column(String(80))
    wording_version: Mapped[str] = mapped_column(String(20))
    wording_sealed: Mapped[bytes]
    language: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    detail_sealed: Mapped[bytes | None]


class DueRow(Table):
    """Something that has to happen later, written in the transaction that made it necessary."""

    __tablename__ = "due"
    __table_args__ = (Index("ix_due_open", "done_at", "due_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), index=True)
    due_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(String(20))


class PromiseRow(Table):
    """Something the bot said would happen by a certain time, and whether it did."""

    __tablename__ = "promises"
    __table_args__ = (
        Index(
            "ix_promises_broken", "broken_at", sqlite_where=text("broken_at IS NOT NULL"), postgresql_where=text("broken_at IS NOT NULL")
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    what: Mapped[str] = mapped_column(String(30))
    made_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]
    owned_up_at: Mapped[datetime | None]


class CheckIn(Table):
    """A message after the end, to ask how things are: agreed to beforehand, sent in hours that are safe, stopped by one tap."""

    __tablename__ = "check_ins"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    agreed_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(10))
    answered_at: Mapped[datetime | None]


class Feedback(Table):
    """How a young person found it: three taps and free words, once for each case."""

    __tablename__ = "feedback"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), unique=True)
    at: Mapped[datetime] = mapped_column(index=True)
    listened: Mapped[int | None]
    helped: Mapped[int | None]
    again: Mapped[int | None]
    words_sealed: Mapped[bytes | None]


class Concern(Table):
    """A concern about a member of staff, or a complaint: for the lead, and invisible to the person it is about (S63)."""

    __tablename__ = "concerns"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    about_staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    words_sealed: Mapped[bytes | None]
    at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    decision_sealed: Mapped[bytes | None]
    expires_at: Mapped[datetime | None]


class CallBack(Table):
    """A young person asked to be rung at a safe time; the number is deleted afterwards (S84)."""

    __tablename__ = "call_backs"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    details_sealed: Mapped[bytes | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(ForeignKey("staff.id"))


class Debrief(Table):
    """A member of staff is asked how they are after a hard case; what they answer is theirs and the lead's."""

    __tablename__ = "debriefs"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[str | None] = mapped_column(String(12))
    answered_at: Mapped[datetime | None]

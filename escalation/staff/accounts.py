"""Staff accounts: who they are, how they are invited, and how an account ends. Signing in stands in `sign_in`."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import delete, func, select, update

from escalation import cases, quiet
from escalation.case import TALKING, Stage
from escalation.context import Service
from escalation.phone import forgetting
from escalation.record import audit
from escalation.record.duty import takes_conversations
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import CaseRow, Passkey, Staff, StaffSession
from escalation.relay import may_hold
from escalation.rota import shifts
from escalation.sharing import transfer
from escalation.staff.codes import matching_step

ROLES = ("worker", "lead", "editor", "admin")
INVITE_FOR = timedelta(hours=72)
MOST_AT_ONCE = 10

_JOBS = {"worker": "youth worker", "lead": "senior youth worker", "editor": "editor", "admin": "office team"}


class AccountError(Exception):
    """This cannot be done to an account; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Invite:
    """A one-time sign-up token, shown once; the record keeps its keyed digest."""

    staff_id: str
    token: str
    until: datetime


def add_staff(
    tx: Tx,
    name: str,
    role: str,
    now: datetime,
    *,
    first_name: str = "",
    job: str = "",
    email: str = "",
    telegram_id: str = "",
    demo: bool = False,
) -> Invite:
    """Open an account and return its invite. Young people will see `first_name` and `job`. Raises `AccountError`."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise AccountError("write the name, 80 characters at most")
    if role not in ROLES:
        raise AccountError(f"{role!r} is no role: choose one of {', '.join(ROLES)}")
    if named(tx, name):
        raise AccountError(f"there is an account for {name} already: add an initial or a place to tell the two apart")
    first_name, job = first_name.strip() or name.split()[0], job.strip() or _JOBS[role]
    if len(first_name) > 40 or len(job) > 80:
        raise AccountError("first name and job are too long: 40 and 80 characters at most")
    row = Staff(id=new_id(), name=name, first_name=first_name, job=job, role=role, demo=demo, failed_sign_ins=0, created_at=now)
    _keep_email(tx, row, email)
    if telegram_id:
        _link_telegram(tx, row, telegram_id)
    tx.session.add(row)
    tx.session.flush()
    audit.note(tx, "staff_added", now, subject_id=row.id)
    return invite(tx, row, now)


def named(tx: Tx, name: str) -> Staff | None:
    """The account with this name, however it is capitalised, whether open or closed."""
    return tx.session.scalar(select(Staff).where(func.lower(Staff.name) == " ".join(name.split()).lower()))


def everyone(tx: Tx) -> list[Staff]:
    """All accounts: open ones first, each group by name."""
    return sorted(tx.session.scalars(select(Staff)), key=lambda row: (row.closed_at is not None, row.name.lower()))


def invite(tx: Tx, row: Staff, now: datetime) -> Invite:
    """A new one-time link for this account. Every old way in stops working, and its sessions end."""
    token = secrets.token_urlsafe(32)
    row.invite, row.invite_until = tx.vault.pseudonym("staff_invite", token), now + INVITE_FOR
    row.password_hash = row.totp_sealed = row.totp_used = row.locked_until = None
    row.failed_sign_ins = 0
    _forget_passkeys(tx, row)
    end_sessions(tx, row.id, now)
    audit.note(tx, "staff_invited", now, subject_id=row.id)
    return Invite(row.id, token, row.invite_until)


def invite_again(tx: Tx, staff_id: str, now: datetime) -> Invite:
    """A new one-time link for an open account. Raises `AccountError`."""
    return invite(tx, _open(tx, staff_id), now)


def invited(tx: Tx, token: str, now: datetime) -> Staff:
    """The account that this link is for. Raises `AccountError` once it was used, has run out, or never was."""
    row = tx.session.scalar(select(Staff).where(Staff.invite == tx.vault.pseudonym("staff_invite", token), Staff.closed_at.is_(None)))
    if row is None or row.invite_until is None or row.invite_until <= now:
        raise AccountError("this link has been used or has run out (it lasts 72 hours): ask your administrator for a new one")
    return row


def keep_password(tx: Tx, token: str, hashed: str, now: datetime) -> str:
    """First half of accepting an invite: keep the password's hash, and return a new secret for the code app (base32)."""
    row = invited(tx, token, now)
    secret = pyotp.random_base32()
    row.password_hash, row.totp_sealed = hashed, tx.vault.seal_own("staff.totp", row.id, secret)
    return secret


def enrolling(tx: Tx, token: str, now: datetime) -> tuple[Staff, str] | None:
    """The account and secret of an invite whose password is set and whose code is still to be confirmed."""
    row = invited(tx, token, now)
    return (row, tx.vault.open_own("staff.totp", row.id, row.totp_sealed)) if row.totp_sealed else None


def confirm_code(tx: Tx, token: str, code: str, now: datetime) -> bool:
    """Second half: the code app shows the right code, so the invite is used up and the account can sign in."""
    found = enrolling(tx, token, now)
    if found is None:
        return False
    row, secret = found
    used = matching_step(secret, code, now, row.totp_used)
    if used is None:
        return False
    row.totp_used, row.invite, row.invite_until = used, None, None
    audit.note(tx, "staff_enrolled", now, staff_id=row.id)
    return True


def record_dates(
    tx: Tx, service: Service, staff_id: str, by: str, vetted_until: datetime | None, trained_until: datetime | None, now: datetime
) -> None:
    """Write down until when vetting and training are current; without both nobody enters the rota (S67), or stays on duty."""
    row = _open(tx, staff_id)
    row.vetted_until, row.trained_until = vetted_until, trained_until
    audit.note(tx, "staff_dates", now, staff_id=by, subject_id=row.id)
    tx.signal("rota:all")
    shifts.count_again(tx, service, row, now)


def record_work(tx: Tx, staff_id: str, by: str, capacity: int, languages: Iterable[str], now: datetime) -> None:
    """How many conversations this person can hold at once, and the languages they speak beside English. Raises `AccountError`."""
    row = _open(tx, staff_id)
    if not 1 <= capacity <= MOST_AT_ONCE:
        raise AccountError(f"choose between 1 and {MOST_AT_ONCE} conversations at once")
    row.capacity, row.languages = capacity, sorted(set(languages))
    audit.note(tx, "staff_work", now, staff_id=by, subject_id=row.id)
    tx.signal("rota:all")


def record_email(tx: Tx, staff_id: str, by: str, email: str, now: datetime) -> None:
    """By which address the organisation's own sign-in finds this account; whoever was linked by an earlier one is not any more."""
    row = _open(tx, staff_id)
    row.single_sign_on = None
    _keep_email(tx, row, email)
    audit.note(tx, "staff_email", now, staff_id=by, subject_id=row.id)


def link_telegram(tx: Tx, staff_id: str, chat_id: str, now: datetime) -> None:
    """Alerts go to this Telegram chat from now on. Raises `AccountError` when another account has it."""
    row = _open(tx, staff_id)
    if row.telegram != tx.vault.pseudonym("telegram", chat_id):
        forgetting.at_once(tx, row, now)
    _link_telegram(tx, row, chat_id)
    audit.note(tx, "staff_telegram", now, subject_id=row.id)


def close_account(tx: Tx, service: Service, staff_id: str, by: str, now: datetime) -> None:
    """End an account at once: its sessions end, and its conversations go back to the queue. Raises `AccountError`.

    A young person in the middle of a live one hears that this adult is gone, and who is asked now.
    """
    row = _open(tx, staff_id)
    _not_the_only_admin(tx, row)
    forgetting.at_once(tx, row, now)
    row.closed_at, row.invite, row.telegram, row.telegram_sealed = now, None, None, None
    _forget_passkeys(tx, row)
    end_sessions(tx, row.id, now)
    _give_back(tx, service, row, now)
    transfer.watcher_left(tx, service, row, now)
    audit.note(tx, "staff_closed", now, staff_id=by, subject_id=row.id)
    tx.signal("rota:all")
    shifts.count_again(tx, service, row, now)


def change_role(tx: Tx, service: Service, staff_id: str, by: str, role: str, now: datetime) -> None:
    """Give an account another role: its sessions end, and what the new role may not hold goes back to the queue. Raises `AccountError`."""
    row = _open(tx, staff_id)
    if role not in ROLES:
        raise AccountError(f"{role!r} is no role: choose one of {', '.join(ROLES)}")
    if role == row.role:
        return
    _not_the_only_admin(tx, row)
    row.role = role
    end_sessions(tx, row.id, now)
    _give_back(tx, service, row, now)
    transfer.watcher_left(tx, service, row, now)
    audit.note(tx, "staff_role", now, staff_id=by, subject_id=row.id)
    tx.signal("rota:all")
    shifts.count_again(tx, service, row, now)


def end_sessions(tx: Tx, staff_id: str, now: datetime) -> None:
    """Sign this person out everywhere."""
    open_ones = update(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None))
    tx.session.execute(open_ones.values(ended_at=now))
    tx.signal(f"staff:{staff_id}")


def _open(tx: Tx, staff_id: str) -> Staff:
    row = tx.session.get(Staff, staff_id)
    if row is None or row.closed_at is not None:
        raise AccountError("there is no open account of that kind: load the page again")
    return row


def _keep_email(tx: Tx, row: Staff, email: str) -> None:
    row.email_sealed = tx.vault.seal_own("staff.email", row.id, email.strip()) if email.strip() else None


def _not_the_only_admin(tx: Tx, row: Staff) -> None:
    others = select(Staff.id).where(Staff.role == "admin", Staff.closed_at.is_(None), Staff.id != row.id)
    if row.role == "admin" and tx.session.scalar(others.limit(1)) is None:
        raise AccountError("this is the only administrator: invite another one first")


def _give_back(tx: Tx, service: Service, row: Staff, now: datetime) -> None:
    """What they hold and may hold no more goes back to the queue: all of it, or where they still take conversations what is for leads."""
    held = select(CaseRow).where(CaseRow.worker_id == row.id, CaseRow.stage.in_((*TALKING, Stage.PAUSED)))
    for case in tx.session.scalars(held).all():
        if takes_conversations(row) and may_hold(case, row):
            continue
        in_talk = case.stage in TALKING
        cases.wait_again(tx, service, case, "worker_left", now)
        if in_talk:
            quiet.own_up(tx, service, case, row, "hand_over.worker_left", now)


def _forget_passkeys(tx: Tx, row: Staff) -> None:
    row.single_sign_on = None
    tx.session.execute(delete(Passkey).where(Passkey.staff_id == row.id))


def _link_telegram(tx: Tx, row: Staff, chat_id: str) -> None:
    pseudonym = tx.vault.pseudonym("telegram", chat_id)
    taken = tx.session.scalar(select(Staff).where(Staff.telegram == pseudonym, Staff.id != row.id))
    if taken:
        raise AccountError(f"this Telegram account belongs to {taken.name} already")
    row.telegram, row.telegram_sealed = pseudonym, tx.vault.seal_own("staff.telegram", row.id, chat_id)

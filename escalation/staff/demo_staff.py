"""The staff of a demo: accounts whose passwords are printed at each start, and whose codes the console shows. Production refuses them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import select

from escalation.record.store import Tx
from escalation.record.tables import Staff
from escalation.staff import accounts
from escalation.staff.passwords import FOR_DEMO

PEOPLE = (("Sam", "worker"), ("Alex", "worker"), ("Jo", "lead"), ("Kit", "editor"), ("Robin", "admin"))
_WORDS = (
    "amber anchor apple badger barley beacon biscuit bramble bridge candle canyon cedar clover copper coral cricket "
    "ember falcon fern ferry garden ginger harbour hazel heron island ivory jigsaw juniper kettle lantern lemon linen "
    "maple marble meadow mitten nutmeg olive orchard otter pebble pepper pigeon plum pocket puffin quilt raven ribbon "
    "river saffron seagull shingle sparrow teapot thimble thistle tulip velvet walnut willow"
)


@dataclass(frozen=True, slots=True)
class DemoLogIn:
    """What to type to be this member of the demo staff. The code is shown on the code page itself."""

    name: str
    role: str
    password: str


def ensure(tx: Tx, now: datetime) -> tuple[DemoLogIn, ...]:
    """Make the demo staff where they are missing, and give each a new password, returned once and kept only as a hash.

    A real account of the same name is left alone.
    """
    return tuple(_demo(tx, name, role, now) for name, role in PEOPLE if (row := accounts.named(tx, name)) is None or row.demo)


def open_ones(tx: Tx) -> list[str]:
    """The names of open demo accounts; production refuses to start while there are any."""
    return list(tx.session.scalars(select(Staff.name).where(Staff.demo, Staff.closed_at.is_(None)).order_by(Staff.name)))


def next_code(tx: Tx, row: Staff, now: datetime) -> str | None:
    """The next code that will be accepted from a demo account, or `None` for any other and until there is one again."""
    if not row.demo or row.totp_sealed is None:
        return None
    totp = pyotp.TOTP(tx.vault.open_own("staff.totp", row.id, row.totp_sealed))
    here = totp.timecode(now)
    step = max(here, (row.totp_used or 0) + 1)
    return str(totp.generate_otp(step)) if step <= here + 1 else None


def _demo(tx: Tx, name: str, role: str, now: datetime) -> DemoLogIn:
    row = accounts.named(tx, name)
    if row is None:
        row = tx.session.get_one(Staff, accounts.add_staff(tx, name, role, now, demo=True).staff_id)
    password = "-".join(secrets.choice(_WORDS.split()) for _ in range(4))
    row.demo, row.closed_at, row.invite, row.invite_until = True, None, None, None
    row.password_hash, row.totp_sealed = FOR_DEMO.hash(password), tx.vault.seal_own("staff.totp", row.id, pyotp.random_base32())
    row.totp_used, row.failed_sign_ins, row.locked_until = None, 0, None
    row.vetted_until = row.trained_until = now + timedelta(days=365)
    accounts.end_sessions(tx, row.id, now)
    return DemoLogIn(name, role, password)

"""A demo that a newcomer can try at once: a key, a database, staff and a rota, all made at first start and kept in `var/`."""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from bot.settings import ROOT, Settings
from escalation.record import duty
from escalation.record.schema import upgrade
from escalation.record.store import Record, Tx
from escalation.record.tables import Shift, Staff
from escalation.staff import demo_staff
from escalation.staff.demo_staff import DemoLogIn

VAR = ROOT / "var"
ON_DUTY = (("Sam", False), ("Alex", True))
DAYS = 14


def with_key(settings: Settings, folder: Path = VAR) -> Settings:
    """The settings with a data key: in demo mode one is made at first start and kept in `var/demo.key`."""
    if settings.has_data_key or settings.mode == "production":
        return settings
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "demo.key"
    if not path.exists():
        _write_private(path, base64.b64encode(os.urandom(32)).decode())
    return settings.model_copy(update={"data_key": SecretStr(path.read_text().strip())})


def prepare(settings: Settings, now: datetime) -> tuple[DemoLogIn, ...]:
    """Make or extend the demo: database, staff, rota. Returns the log-ins; their passwords are new at each call."""
    upgrade(settings.database_url)
    record = Record(settings.database_url, settings.key_bytes())
    try:
        log_ins = record.write(lambda tx: demo_staff.ensure(tx, now))
        record.write(lambda tx: _ensure_rota(tx, now))
    finally:
        record.close()
    return log_ins


def _ensure_rota(tx: Tx, now: datetime) -> None:
    """Somebody on duty and a back-up, from an hour ago on, for two weeks; again when those have passed."""
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    for name, backup in ON_DUTY:
        staff = duty.staff_named(tx, name)
        if staff is None or not staff.demo or _has_shift(tx, staff, now):
            continue
        staff.vetted_until = staff.trained_until = start + timedelta(days=365)
        duty.add_shift(tx, staff, start, start + timedelta(days=DAYS), backup)


def _has_shift(tx: Tx, staff: Staff, now: datetime) -> bool:
    return tx.session.scalar(select(Shift.id).where(Shift.staff_id == staff.id, Shift.ends_at > now).limit(1)) is not None


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)

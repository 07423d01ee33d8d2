"""The service as it is after years, on an evening: a big record, and some thirty conversations that are open now.

It is made once a day, or when tables or makers change, and kept under `var/bench`, since it takes minutes.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import update

from bot.demo import VAR, prepare
from bot.rehearsal.house import Clock, House
from bot.service import load_service
from bot.settings import Settings
from escalation.consent import Scope
from escalation.insight import settling
from escalation.record import migrations
from escalation.record.ids import new_id
from escalation.record.retention.stamping import stamp
from escalation.record.store import Record, Tx
from escalation.record.tables import InboxRow, Shift
from nlu.noticing import Noticing
from nlu.understanding import Level
from tests.bench import big_record
from tests.console.conftest import Arrivals

CASES, MESSAGES = 50_000, 2_000_000
KEY = bytes(range(32))
HANDS = tuple(f"Worker {number}" for number in range(1, 11))
"""Who works beside the demo's staff."""
LONG_CHAT = 400
BUILT = "built"


def folder(now: datetime) -> Path:
    """Where the record of this day is; made when it is not there yet."""
    path = VAR / "bench" / f"{now:%Y-%m-%d}-{_makers()}"
    if not (path / BUILT).exists():
        shutil.rmtree(VAR / "bench", ignore_errors=True)
        path.mkdir(parents=True, mode=0o700)
        _build(settings(path), now)
        (path / BUILT).touch()
    return path


def settings(path: Path) -> Settings:
    """The settings of the service on that record."""
    key = SecretStr(base64.b64encode(KEY).decode())
    return Settings(_env_file=None, database_url=f"sqlite:///{path / 'record.db'}", data_key=key)


def _makers() -> str:
    """Changes with what makes the record."""
    made_by = [*Path(migrations.__path__[0]).rglob("*.py"), Path(big_record.__file__), Path(__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(made_by))).hexdigest()[:12]


def _build(settings: Settings, now: datetime) -> None:
    prepare(settings, now)
    record = Record(settings.database_url, KEY)
    service = load_service(settings)
    house = House(record, service, Noticing.load(), Clock(now - timedelta(minutes=50)))
    staff = [house.hire(name) for name in HANDS]
    ids = [row.id for row in (*staff, house.staff("Sam"), house.staff("Alex"))]
    big_record.fill(record, CASES, ids, now, MESSAGES)
    record.write(lambda tx: _worked(tx, ids, now))
    _open(house)
    settling.settle_all(record, service, now)
    stamp(record, service.retention)
    record.close()


def _worked(tx: Tx, ids: list[str], now: datetime) -> None:
    """Evening shifts of five years and of the next month."""
    tonight = now.replace(hour=17, minute=0, second=0, microsecond=0)
    for day in range(-5 * 365, 30):
        for staff_id in (ids[day % 10], ids[(day + 3) % 10]):
            at = tonight + timedelta(days=day)
            tx.session.add(Shift(id=new_id(), staff_id=staff_id, starts_at=at, ends_at=at + timedelta(hours=6)))


def _open(house: House) -> None:
    """Sixteen conversations, one of them long; eight who wait, six flags to decide."""
    arrivals = Arrivals(house)
    for number in range(16):
        case_id = arrivals.agreed(Scope.CHAT, level=Level.URGENT)
        name = ("Sam", *HANDS)[number % 11]
        house.pick_up(name, case_id)
        for line in range(LONG_CHAT // 2 if number == 0 else 10):
            arrivals.young_person_writes(case_id, f"ok so this is line {line} of what happened")
            house.worker_says(name, case_id, "I'm here with you. Take your time.")
    for number in range(8):
        arrivals.immediate() if number % 4 == 0 else arrivals.agreed((Scope.CHAT, Scope.SUMMARY, Scope.WANTS_TO_TALK)[number % 3])
    for _ in range(6):
        arrivals.refused()
    house.record.write(
        lambda tx: tx.session.execute(update(InboxRow).where(InboxRow.handled_at.is_(None)).values(handled_at=house.clock()))
    )

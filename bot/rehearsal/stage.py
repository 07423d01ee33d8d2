"""Where written conversations are played on an edition of the content: a record of their own, emptied before each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from sqlalchemy import delete, event

from bot.channels.apps import APPS
from bot.rehearsal.conversation import Conversation
from bot.rehearsal.failed import Failed
from bot.rehearsal.house import Clock, House
from content.editorial import library
from content.editorial.opening import Opening
from content.editorial.reading import read_file
from escalation.context import Service
from escalation.ending.ending_policy import EndingPolicy
from escalation.policy import Policy
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.retention.veil import Veil
from escalation.record.store import Record, Tx, make_engine
from escalation.record.tables import KeyRow, Table
from escalation.work import staff_policy
from nlu.noticing import Noticing

_KEY = bytes(32)
"""Nothing that is rehearsed is anybody's, and all of it is gone when the stage is."""


@dataclass(frozen=True)
class Talk:
    """A conversation as it is written down, and the file it stands in."""

    file: str
    data: dict[str, Any]

    @property
    def name(self) -> str:
        """What the conversation is called."""
        return str(self.data["name"])

    @property
    def waits(self) -> bool:
        """Whether time passes in it."""
        return any("wait" in step for step in self.data["steps"])


def talks(folder: Path) -> list[Talk]:
    """Every conversation in `dialogues/` below a content folder."""
    paths = sorted((folder / "dialogues").glob("*.yml"))
    return [Talk(path.name, data) for path in paths for data in yaml.safe_load_all(path.read_text(encoding="utf-8")) if data]


def service_of(folder: Path) -> Service:
    """The service with the content below `folder`, of the organisation that the conversations are written for.

    Raises `ContentError`.
    """
    policy = folder / "policy"
    return Service(
        library.load(folder),
        read_file(policy / "escalation.yml", Policy),
        "Harbour Youth",
        "Breakwater",
        ZoneInfo("Europe/London"),
        web_chat="http://chat.test/",
        apps=APPS,
        staff_policy=staff_policy.load(policy),
        opening=read_file(policy / "rota.yml", Opening),
        ending=read_file(policy / "ending.yml", EndingPolicy),
        retention=read_file(policy / "retention.yml", RetentionPolicy),
    )


class Stage:
    """Plays conversations one after the other; not to be shared by threads. One record serves all, since a new one is slow at first."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def play(self, talk: Talk, service: Service, noticing: Noticing, *, any_time: bool = False) -> str:
        """What went otherwise than it is written down; empty where nothing did. With `any_time`, times of day are not compared."""
        clock = Clock()
        self._record.write(_empty)
        self._record.veil = Veil(service.retention, clock)
        try:
            house = House(self._record, service, noticing, clock)
            asyncio.run(Conversation(house, deepcopy(talk.data), any_time=any_time).run())
        except Failed as failed:
            return str(failed)
        except Exception as error:
            return f"it broke off ({type(error).__name__}: {error})"
        return ""


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage on a temporary record, for as long as the block lasts."""
    with TemporaryDirectory(prefix="breakwater-rehearsal-") as folder:
        url = f"sqlite:///{Path(folder) / 'record.db'}"
        engine = make_engine(url)
        Table.metadata.create_all(engine)
        engine.dispose()
        record = Record(url, _KEY)
        event.listen(record.engine, "connect", _without_durability)
        record.engine.dispose()
        try:
            yield Stage(record)
        finally:
            record.close()


def _without_durability(connection: Any, _: Any) -> None:
    # Waiting for the disk at each of some thousand commits would take longer than everything else.
    connection.execute("PRAGMA synchronous=OFF")


def _empty(tx: Tx) -> None:
    for table in reversed(Table.metadata.sorted_tables):
        if table is not KeyRow.__table__:
            tx.session.execute(delete(table))

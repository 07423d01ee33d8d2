"""The installation as the checks see it: settings as far as they can be read, and a record that is only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.doctor.verdict import CannotLook
from bot.service import read_service
from bot.settings import Settings, SettingsError
from content.editorial.edition import laid_out
from content.editorial.reading import ContentError
from escalation.context import Service
from escalation.record import published
from escalation.record.envelope import SealBroken
from escalation.record.store import RecordUnavailable, Tx, make_engine
from escalation.record.vault import Vault

T = TypeVar("T")

PATIENCE = 5
"""Seconds for which one check waits for something on the network."""


@dataclass
class Installation:
    """What is looked at. `problems`: a line for each setting that cannot be used; its default stands in `settings` instead.

    `in_force`: the words and policy of the program that looks at itself, which need no second loading.
    """

    settings: Settings
    now: datetime
    problems: tuple[str, ...] = ()
    in_force: Service | None = None
    _opened: list[Engine] = field(default_factory=list)

    @cached_property
    def file(self) -> Path | None:
        """The database's file; `None` where it is not SQLite."""
        url = make_url(self.settings.database_url)
        return Path(url.database or "") if url.get_backend_name() == "sqlite" else None

    @cached_property
    def engine(self) -> Engine:
        """An engine that reads, and makes no file. Raises `CannotLook`."""
        if self.file is not None and not self.file.exists():
            raise CannotLook("There is no database yet.")
        url = make_url(self.settings.database_url)
        if self.file is None:
            limits = {"connect_timeout": str(PATIENCE), "options": f"-c statement_timeout={PATIENCE * 1000}"}
            url = url.update_query_dict(limits)
        try:
            engine = make_engine(url.render_as_string(hide_password=False))
        except RecordUnavailable as error:
            raise CannotLook(f"{error}.") from None
        self._opened.append(engine)
        return engine.execution_options(reading=True)

    @cached_property
    def vault(self) -> Vault:
        """The keys, opened. Raises `CannotLook`."""
        try:
            vault = Vault(self.settings.key_bytes())
            with Session(self.engine) as session:
                vault.load(session)
        except SettingsError:
            raise CannotLook("There is no data key.") from None
        except SealBroken:
            raise CannotLook("The data key does not open this record.") from None
        except SQLAlchemyError:
            raise CannotLook("The database cannot be read, or has no tables yet.") from None
        return vault

    @cached_property
    def service(self) -> Service:
        """The organisation's words and policy. Raises `CannotLook`."""
        if self.in_force is not None:
            return self.in_force
        try:
            with self.content() as folder:
                return read_service(self.settings, folder)
        except (ContentError, SettingsError):
            raise CannotLook("The content cannot be loaded.") from None

    @contextmanager
    def content(self) -> Iterator[Path]:
        """A folder with the content in force: what is published in the place of the shipped files, as far as the record can be read."""
        try:
            texts = self.read(published.texts)
        except CannotLook:
            texts = {}
        with laid_out(texts) as folder:
            yield folder

    def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on the record; whatever it changes is rolled back. Raises `CannotLook`."""
        vault = self.vault
        try:
            with Session(self.engine) as session:
                return work(Tx(session, vault))
        except SQLAlchemyError as error:
            raise CannotLook(f"The database cannot be read ({type(error).__name__}).") from None

    def close(self) -> None:
        """Close every connection."""
        for engine in self._opened:
            engine.dispose()

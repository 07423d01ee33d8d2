"""What is in force: the service and the phrases of one edition of the content, and its replacement while the program runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.content_check import problems
from bot.service import load_service, owed
from bot.settings import Settings, SettingsError
from content.editorial import library
from content.editorial.earlier import Earlier
from content.editorial.edition import Texts, laid_out
from content.editorial.problems import Problem, by_key, from_error
from content.editorial.reading import ContentError, read_file
from escalation.context import Service
from escalation.record import published
from escalation.record.replaced import replaced
from escalation.record.retention.policy import RetentionPolicy
from escalation.record.store import Record, RecordUnavailable, Tx
from nlu.noticing import Noticing

log = logging.getLogger(__name__)

Load = Callable[[Settings, Path], Service]
"""`load_service`, or `read_service` where no young person is served."""

_NOTICED_BY = ("risk_phrases/", "policy/risk.yml")
"""Files from which the phrases are compiled."""


@dataclass(frozen=True)
class Edition:
    """Content in force. `number`: how many versions had been published when it was read; `texts`: the published ones."""

    number: int
    texts: Texts
    service: Service
    noticing: Noticing


def load_edition(settings: Settings, record: Record, before: Edition | None = None, *, load: Load = load_service) -> Edition:
    """Read what is published now; phrases that are still those of the edition `before` are not compiled again.

    Raises `ContentError` and `SettingsError`.
    """
    number, texts, versions, earlier = record.read(_published)
    with laid_out(texts) as folder:
        service = replace(load(settings, folder), edition=number, versions=versions, replaced=earlier)
        same = before is not None and _noticed_by(before.texts) == _noticed_by(texts)
        return Edition(number, texts, service, before.noticing if before and same else Noticing.load(folder))


def refused(texts: Texts, production: bool, area: str = "uk", before: Texts | None = None) -> list[Problem]:
    """Everything that is wrong with an edition that is to be published, by key: what the content check and the program's start would say.

    `before`: what is published now, where no service runs on it yet: a file that keeps production from starting already is then no reason
    against a change, or the many steps until it can start could not be taken one by one.
    """
    try:
        with laid_out(texts) as folder:
            found = by_key(problems(folder, trained=False), folder)
            if not any(one.severity == "error" for one in found):
                Noticing.load(folder)
                found += _newly_owed(folder, area, before) if production else []
    except ContentError as error:
        return from_error(error)
    return found


class Editions:
    """Puts in force what was published. A new edition that cannot be used leaves the old one where it is."""

    def __init__(self, record: Record, edition: Edition, load: Callable[[Edition], Edition]) -> None:
        """`load` reads what is published now, given the edition in force."""
        self._record = record
        self._load = load
        self.in_force = edition
        self.problem = ""
        """Why the newest edition is not in force; empty where it is."""
        self._users: list[Callable[[Edition], None]] = []
        self._looked_at = edition.number

    def tell(self, user: Callable[[Edition], None]) -> None:
        """Call `user` with the edition in force, and with each later one."""
        self._users.append(user)
        user(self.in_force)

    async def look(self) -> None:
        """Put in force what was published since the last look, all parts in one step of the event loop."""
        try:
            number = await self._record.aread(published.number)
            if number == self._looked_at:
                return
            fresh = await asyncio.to_thread(self._load, self.in_force)
        except RecordUnavailable as error:
            log.warning("what is published could not be looked for: %s", error)
        except (ContentError, SettingsError) as error:
            self._looked_at, self.problem = number, str(error)
            log.error("what was published cannot be used, and the content before it stays in force: %s", error)
        else:
            self.in_force, self._looked_at, self.problem = fresh, fresh.number, ""
            for user in self._users:
                user(fresh)
            log.info("edition %d is in force", fresh.number)


def _published(tx: Tx) -> tuple[int, dict[str, str | None], dict[str, int], Mapping[str, tuple[Earlier, ...]]]:
    return published.number(tx), published.texts(tx), published.script_versions(tx), replaced(tx, datetime.now(UTC))


def _noticed_by(texts: Texts) -> dict[str, str | None]:
    return {key: text for key, text in texts.items() if key.startswith(_NOTICED_BY)}


def _newly_owed(folder: Path, area: str, before: Texts | None) -> list[Problem]:
    owed_now = list(_owed(folder, area))
    if before is None or not owed_now:
        return owed_now
    with laid_out(before) as earlier:
        known = {one.file for one in _owed(earlier, area)}
    return [one for one in owed_now if one.file not in known]


def _owed(folder: Path, area: str) -> Iterator[Problem]:
    retention = read_file(folder / "policy" / "retention.yml", RetentionPolicy)
    for line in owed(library.load(folder), retention, area, datetime.now(UTC).date()):
        what, _, to_do = line.rpartition("; " if "; " in line else ": ")
        key = what.partition(":")[0] if what.partition(":")[0].endswith(".yml") else "policy/retention.yml"
        yield Problem(Path(key), 1, what.removeprefix(f"{key}: "), to_do)

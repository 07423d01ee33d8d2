"""What the desk's pages show, read from the record in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft, Review
from bot.desk.drafting.standing import LEAD, Standing, standing
from bot.desk.library import catalogue, labels
from bot.desk.library.asked import Asked, asked
from bot.desk.library.catalogue import Listed
from bot.dialogue import opinion
from content.editorial.edition import is_key, kind_of, text_of
from escalation import publish_jobs
from escalation.context import Service
from escalation.insight.opinions import Opinion, opinions
from escalation.publish_jobs import PUBLISHED, Job
from escalation.record import published
from escalation.record.published import Version
from escalation.record.store import Tx
from escalation.record.tables import PublishedRow, Staff


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A draft with what was said of it, and who wrote it. `outdated`: somebody published another version since it was begun.

    `same`: it says what is in force.
    """

    draft: Draft
    title: str
    standing: Standing
    reviews: tuple[Review, ...]
    started_by: str
    changed_by: str
    outdated: bool
    same: bool
    job: Job | None

    @property
    def state(self) -> str:
        """How far it is, in words."""
        return labels.state(self.draft, self.standing)

    @property
    def publishing(self) -> bool:
        """Whether its checks run."""
        return self.job is not None and self.job.running

    @property
    def not_published(self) -> Job | None:
        """The last try, where it did not work and the text is still the same."""
        job = self.job
        return job if job and job.ended_at and job.digest == self.draft.digest and job.result != PUBLISHED else None

    def stale(self, said: Review) -> bool:
        """Whether this verdict is about another text."""
        return said.digest != self.draft.digest

    def waits_for(self, staff_id: str, role: str) -> bool:
        """Whether this person can judge it now."""
        return role == "lead" and self.draft.state == "with_lead" and staff_id != self.draft.changed_by

    def concerns(self, staff_id: str) -> bool:
        """Whether this person wrote it, approved it or asked for it to be published."""
        lead = self.standing.lead.by if self.standing.lead else None
        return staff_id in (self.draft.changed_by, lead, self.job.asked_by if self.job else None)

    @property
    def last_word(self) -> Review | None:
        """What the lead said last, of whichever text."""
        return next((said for said in reversed(self.reviews) if said.step == LEAD), None)


@dataclass(frozen=True, slots=True)
class InForce:
    """A file as it is in force. `number`: of its version among all, `None` as shipped; `text` is `None` where it was taken out."""

    key: str
    title: str
    text: str | None
    status: str
    version: int
    number: int | None
    at: datetime | None
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """The whole list, and what was asked of it."""

    files: tuple[Listed, ...]
    asked: Asked | None


def library(tx: Tx, service: Service) -> Library:
    """Every file in force."""
    told = asked(tx, service)
    by_key = {draft.key: draft for draft in drafts.all_open(tx)}
    newest = dict(tx.session.execute(select(PublishedRow.key, func.max(PublishedRow.published_at)).group_by(PublishedRow.key)).all())
    by_topic, rated, versions = told.by_topic if told else {}, opinions(tx), published.script_versions(tx)

    def thought(key: str) -> Opinion | None:
        name = published.name_of(key)
        return rated.get(name, {}).get(versions.get(name, 0), Opinion()) if _is_asked_about(service, key) or name in rated else None

    files = (
        Listed(one, newest.get(one.key), by_key.get(one.key), by_topic.get(one.topic), thought(one.key))
        for one in catalogue.entries(published.texts(tx))
    )
    return Library(tuple(files), told)


def thoughts(tx: Tx, service: Service, file: InForce) -> list[tuple[str, Opinion]]:
    """What young people thought of a script: of the version in force and of the one before, by what each is called.

    Empty where nobody is asked.
    """
    rated = opinions(tx).get(published.name_of(file.key), {})
    if not (rated or _is_asked_about(service, file.key)):
        return []
    known = [(one.version, f"Version {one.version}") for one in file.versions if not one.retired]
    if file.key in catalogue.shipped():
        known.append((0, "As shipped"))
    return [(name, rated.get(version, Opinion())) for version, name in known[:2]]


def _is_asked_about(service: Service, key: str) -> bool:
    """Whether young people are asked what they think of the script in this file."""
    script = service.library.scripts.get(published.name_of(key).partition(".")[0]) if kind_of(key) == "guidance" else None
    return script is not None and opinion.is_asked_about(service.library, script)


def in_force(tx: Tx, key: str) -> InForce:
    """One file. Raises `KeyError` where there is none, never was, and nobody writes one."""
    if not is_key(key):
        raise KeyError(key)
    text, versions = text_of(published.texts(tx), key), tuple(published.versions(tx, key))
    draft = drafts.of_key(tx, key)
    if text is None and not versions and draft is None:
        raise KeyError(key)
    entry = catalogue.entry(key, text or (draft.text if draft else ""))
    number = tx.session.scalar(select(func.max(PublishedRow.number)).where(PublishedRow.key == key))
    version, at = (versions[0].version, versions[0].at) if versions else (0, None)
    return InForce(key, entry.title, text, entry.status, version, number, at, versions)


def on_its_way(tx: Tx, draft: Draft) -> OnItsWay:
    """One draft."""
    said = tuple(drafts.reviews(tx, draft.id))
    names = _names(tx, (draft.started_by, draft.changed_by))
    now = drafts.in_force(tx, draft.key)
    return OnItsWay(
        draft,
        catalogue.entry(draft.key, draft.text).title,
        standing(draft, said),
        said,
        names[draft.started_by],
        names[draft.changed_by],
        outdated=draft.open and published.version_of(tx, draft.key) != draft.base,
        same=not draft.retire and draft.text == now,
        job=publish_jobs.latest_of_draft(tx, draft.id),
    )


def all_on_their_way(tx: Tx) -> list[OnItsWay]:
    """Every open draft, the one changed last first."""
    return [on_its_way(tx, draft) for draft in drafts.all_open(tx)]


def _names(tx: Tx, ids: Iterable[str]) -> Mapping[str, str]:
    wanted = set(ids)
    found = dict(tx.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(wanted))).all())
    return {id: found.get(id, "Somebody who has left") for id in wanted}

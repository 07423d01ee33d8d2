"""Rounds of the youth panel as staff see them: opened, read, closed. The link's secret is kept as a digest, and shown once."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft
from bot.desk.panel.turns import Turn, title_of, turns
from escalation.case import NotPossible
from escalation.record import audit
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import PanelComment, PanelItem, PanelReaction, PanelRound, PanelVoice, Staff
from nlu.understanding import Level

LONGEST = timedelta(days=60)
KINDS = {"sounds_like_us": "Sounds like us?", "clear": "Clear?", "cringe": "Cringe?"}
VALUES = ("yes", "no")


@dataclass(frozen=True, slots=True)
class Item:
    """A draft in a round. `turns`: what is read of it; nothing once its words are others."""

    id: str
    draft: Draft
    digest: str
    title: str
    turns: tuple[Turn, ...]

    @property
    def stands(self) -> bool:
        """Whether its words are still those that the round reads, so that a word on it counts."""
        return _stands(self.draft, self.digest)


@dataclass(frozen=True, slots=True)
class Round:
    """One round, with its drafts."""

    id: str
    title: str
    group: str
    opened_by: str
    opened_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    signed_off_at: datetime | None
    voices: int
    items: tuple[Item, ...]

    def open(self, now: datetime) -> bool:
        """Whether its link lets somebody in."""
        return self.closed_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment. `words` is `None` where it reads like a worry and the reader is no lead."""

    id: str
    step: str
    words: str | None
    worry: bool
    level: Level
    at: datetime
    looked_at: datetime | None
    looked_by: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one draft: how often yes and no of each kind by step, and the comments."""

    item: Item
    counts: dict[tuple[str, str, str], int]
    comments: tuple[Comment, ...]

    @property
    def unseen(self) -> int:
        """How many comments read like a worry and were looked at by no lead."""
        return sum(one.worry and one.looked_at is None for one in self.comments)

    def steps(self) -> list[tuple[str, str]]:
        """The steps that were read or spoken of, with their titles; the whole is the empty step."""
        named = {turn.step: turn.title for turn in self.item.turns}
        spoken = [step for step, _, _ in self.counts] + [one.step for one in self.comments]
        return list({**named, **{step: named.get(step, step.replace("_", " ")) for step in spoken}}.items())

    def spoken(self) -> list[tuple[str, str]]:
        """The steps of which at least one device said something."""
        there = {step for step, _, _ in self.counts}
        return [(step, title) for step, title in self.steps() if step in there]

    def count(self, step: str, kind: str, value: str) -> int:
        """How many devices said so."""
        return self.counts.get((step, kind, value), 0)


@dataclass(frozen=True, slots=True)
class NewRound:
    """What somebody fills in to open a round."""

    title: str
    group: str
    draft_ids: Sequence[str]
    ends: datetime


def digest_of(token: str) -> str:
    """Under what a secret is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_round(tx: Tx, given: NewRound, by: str, now: datetime) -> tuple[str, str]:
    """Open a round; returns its id and the secret of its link, which is kept nowhere. Raises `NotPossible`."""
    title, group = " ".join(given.title.split()), " ".join(given.group.split())
    if not title or len(title) > 120:
        raise NotPossible("say in a few words what the round is about")
    if not group or len(group) > 80:
        raise NotPossible("name the group as it is to stand in the sign-off, such as Harbour youth panel")
    if not now < given.ends <= now + LONGEST:
        raise NotPossible("choose an end that is still to come, within 60 days")
    chosen = [_waiting(tx, draft_id) for draft_id in dict.fromkeys(given.draft_ids)]
    if not chosen:
        raise NotPossible("choose at least one draft for the panel to read")
    token, round_id = secrets.token_urlsafe(24), new_id()
    row = PanelRound(id=round_id, title=title, group_name=group, token=digest_of(token), opened_by=by, opened_at=now, expires_at=given.ends)
    tx.session.add(row)
    tx.session.flush()
    tx.session.add_all(PanelItem(id=new_id(), round_id=round_id, draft_id=one.id, digest=one.digest) for one in chosen)
    audit.note(tx, "panel_opened", now, staff_id=by, subject_id=round_id)
    return round_id, token


def new_link(tx: Tx, round_id: str, by: str, now: datetime) -> str:
    """Another link in the place of the one before, which lets nobody in any more. Raises `KeyError` and `NotPossible`."""
    row = _open_row(tx, round_id, now)
    token = secrets.token_urlsafe(24)
    row.token = digest_of(token)
    audit.note(tx, "panel_relinked", now, staff_id=by, subject_id=round_id)
    return token


def close(tx: Tx, round_id: str, by: str, now: datetime) -> None:
    """Let nobody in any more. What was said stays for its time. Raises `KeyError` and `NotPossible`."""
    _open_row(tx, round_id, now).closed_at = now
    audit.note(tx, "panel_closed", now, staff_id=by, subject_id=round_id)


def listed(tx: Tx) -> list[Round]:
    """Every round that is kept, the newest first."""
    return [of_row(tx, row) for row in tx.session.scalars(select(PanelRound).order_by(PanelRound.opened_at.desc(), PanelRound.id.desc()))]


def find(tx: Tx, round_id: str) -> Round:
    """This round. Raises `KeyError`."""
    row = tx.session.get(PanelRound, round_id)
    if row is None:
        raise KeyError(round_id)
    return of_row(tx, row)


def of_row(tx: Tx, row: PanelRound) -> Round:
    """A round with its drafts."""
    items = tx.session.scalars(select(PanelItem).where(PanelItem.round_id == row.id).order_by(PanelItem.id))
    voices = tx.session.scalar(select(func.count()).select_from(PanelVoice).where(PanelVoice.round_id == row.id)) or 0
    opener = tx.session.get(Staff, row.opened_by)
    return Round(
        id=row.id,
        title=row.title,
        group=row.group_name,
        opened_by=opener.name if opener else "",
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        closed_at=row.closed_at,
        signed_off_at=row.signed_off_at,
        voices=voices,
        items=tuple(_item(tx, one) for one in items),
    )


def said_of(tx: Tx, item: Item, *, lead: bool) -> Said:
    """What was said of a draft in a round. Words that read like a worry are for leads alone."""
    cells = select(PanelReaction.step, PanelReaction.kind, PanelReaction.value).where(PanelReaction.item_id == item.id)
    counts = Counter((row.step, row.kind, row.value) for row in tx.session.execute(cells))
    rows = tx.session.scalars(select(PanelComment).where(PanelComment.item_id == item.id).order_by(PanelComment.at, PanelComment.id))
    return Said(item, dict(counts), tuple(_comment(tx, row, lead) for row in rows))


def note_read(tx: Tx, found: Sequence[Said], by: str, now: datetime) -> None:
    """Log that a lead was shown worries of the panel."""
    audit.note_subjects(tx, "panel_worry_read", now, by, (one.id for said in found for one in said.comments if one.worry and one.words))


def looked(tx: Tx, comment_id: str, by: str, now: datetime) -> None:
    """A lead has looked at a comment that reads like a worry. Raises `KeyError`."""
    row = tx.session.get(PanelComment, comment_id)
    if row is None:
        raise KeyError(comment_id)
    if row.looked_at is None:
        row.looked_at, row.looked_by = now, by
        audit.note(tx, "panel_worry_looked_at", now, staff_id=by, subject_id=comment_id)


def unseen_by_round(tx: Tx) -> dict[str, int]:
    """How many comments that read like a worry no lead has looked at, by round."""
    waiting = PanelComment.level != Level.NONE.id, PanelComment.looked_at.is_(None)
    counted = select(PanelItem.round_id, func.count()).join(PanelComment, PanelComment.item_id == PanelItem.id).where(*waiting)
    return dict(tx.session.execute(counted.group_by(PanelItem.round_id)).all())


def _waiting(tx: Tx, draft_id: str) -> Draft:
    try:
        draft = drafts.find(tx, draft_id)
    except KeyError:
        raise NotPossible("one of these drafts is gone: choose again") from None
    if draft.state != "with_panel":
        raise NotPossible("one of these drafts does not wait for the youth panel any more: choose again")
    return draft


def _open_row(tx: Tx, round_id: str, now: datetime) -> PanelRound:
    row = tx.session.get(PanelRound, round_id)
    if row is None:
        raise KeyError(round_id)
    if row.closed_at is not None or row.expires_at <= now:
        raise NotPossible("this round is over already")
    return row


def _item(tx: Tx, row: PanelItem) -> Item:
    draft = drafts.find(tx, row.draft_id)
    read = turns(draft.text) if _stands(draft, row.digest) else ()
    return Item(row.id, draft, row.digest, title_of(draft.text, draft.key), read)


def _stands(draft: Draft, digest: str) -> bool:
    return draft.open and draft.digest == digest


def _comment(tx: Tx, row: PanelComment, lead: bool) -> Comment:
    worry = row.level != Level.NONE.id
    words = tx.vault.open_own("panel_comment.words", row.id, row.words_sealed) if lead or not worry else None
    looker = tx.session.get(Staff, row.looked_by) if row.looked_by else None
    return Comment(row.id, row.step, words, worry, Level.of(row.level), row.at, row.looked_at, looker.name if looker else "")

"""What a member of the panel does, by link and device: comes in, reacts, comments, and signs off for the group.

Words that read like a worry go to the leads at once, and to nobody else.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from bot.desk.drafting import workflow
from bot.desk.drafting.standing import CHANGE, FITS
from bot.desk.panel import rounds
from bot.desk.panel.rounds import KINDS, VALUES, Item, Round
from escalation.case import NotPossible
from escalation.context import Service
from escalation.record import audit, messages
from escalation.record.ids import new_id
from escalation.record.store import Tx
from escalation.record.tables import PanelComment, PanelReaction, PanelRound, PanelVoice, Staff
from escalation.words import message
from nlu.understanding import Level

MOST_VOICES = 100
LONGEST_COMMENT = 2000
LONGEST_NICKNAME = 30
WHOLE = ""
"""The step of a comment on a whole draft."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A device in a round. `done`: the steps it said something of, by draft; `given`: what it said of which step."""

    id: str
    nickname: str
    given: Mapping[tuple[str, str, str], str]

    def done(self, item: Item) -> int:
        """Of how many steps of a draft it said something."""
        return len({step for item_id, step, _ in self.given if item_id == item.id})


@dataclass(frozen=True, slots=True)
class SignOff:
    """The word of a group: of each draft (by its id in the round) a verdict and the digest of what they read, how many were there, and why."""

    verdicts: Mapping[str, tuple[str, str]]
    there: int
    words: str


def by_link(tx: Tx, token: str, now: datetime) -> Round | None:
    """The round that this link opens now; `None` for one that is wrong, closed or over."""
    row = tx.session.scalar(select(PanelRound).where(PanelRound.token == rounds.digest_of(token)))
    found = rounds.of_row(tx, row) if row else None
    return found if found and found.open(now) else None


def join(tx: Tx, round_id: str, nickname: str, now: datetime) -> str:
    """A new device; returns the secret of its cookie. Raises `NotPossible` where too many came."""
    there = tx.session.scalar(select(func.count()).select_from(PanelVoice).where(PanelVoice.round_id == round_id)) or 0
    if there >= MOST_VOICES:
        raise NotPossible("this round is full")
    token, id = secrets.token_urlsafe(24), new_id()
    name = " ".join(nickname.split())[:LONGEST_NICKNAME]
    sealed = tx.vault.seal_own("panel_voice.nickname", id, name) if name else None
    tx.session.add(PanelVoice(id=id, round_id=round_id, token=rounds.digest_of(token), nickname_sealed=sealed, joined_at=now))
    return token


def voice_of(tx: Tx, round_id: str, cookie: str) -> Voice | None:
    """The device with this cookie, where it came into this very round."""
    row = tx.session.scalar(select(PanelVoice).where(PanelVoice.token == rounds.digest_of(cookie), PanelVoice.round_id == round_id))
    if row is None:
        return None
    said = tx.session.scalars(select(PanelReaction).where(PanelReaction.voice_id == row.id))
    nickname = tx.vault.open_own("panel_voice.nickname", row.id, row.nickname_sealed) if row.nickname_sealed else ""
    return Voice(row.id, nickname, {(one.item_id, one.step, one.kind): one.value for one in said})


def react(tx: Tx, voice: Voice, item: Item, step: str, kind: str, value: str, now: datetime) -> None:
    """Say yes or no of a step; the same once more takes it back. Raises `NotPossible` for what nobody asked."""
    if kind not in KINDS or value not in VALUES or step not in {turn.step for turn in item.turns}:
        raise NotPossible("there is nothing like that to answer")
    tx.session.get(PanelVoice, voice.id, with_for_update=True)  # two quick taps come one after the other
    same = (PanelReaction.item_id == item.id, PanelReaction.step == step, PanelReaction.voice_id == voice.id, PanelReaction.kind == kind)
    row = tx.session.scalar(select(PanelReaction).where(*same))
    if row is None:
        tx.session.add(PanelReaction(id=new_id(), item_id=item.id, step=step, voice_id=voice.id, kind=kind, value=value, at=now))
    elif row.value == value:
        tx.session.delete(row)
    else:
        row.value, row.at = value, now


def comment(tx: Tx, service: Service, voice: Voice, item: Item, step: str, words: str, level: Level, now: datetime) -> None:
    """Keep a comment, whatever became of the draft meanwhile. `level`: how it reads; from a worry on the leads are told."""
    id = new_id()
    sealed = tx.vault.seal_own("panel_comment.words", id, words)
    tx.session.add(PanelComment(id=id, item_id=item.id, step=step[:120], voice_id=voice.id, words_sealed=sealed, level=level.id, at=now))
    if level > Level.NONE:
        audit.note(tx, "panel_worry", now, subject_id=id)
        _tell_leads(tx, service, level, now)


def sign_off(tx: Tx, service: Service, found: Round, voice: Voice, given: SignOff, level: Level, now: datetime) -> list[Item]:
    """The word of the group on what it read. Returns the drafts on which it does not count, since their words were changed meanwhile.

    `level`: how the words read; a worry stays out of the drafts. Raises `NotPossible`, and then nothing is recorded.
    """
    row = tx.session.scalar(select(PanelRound).where(PanelRound.id == found.id).with_for_update())
    if row is None or row.signed_off_at is not None:
        raise NotPossible("your group has signed off already")
    counted = [item for item in found.items if item.stands and given.verdicts.get(item.id, ("", ""))[1] == item.digest]
    if not counted:
        raise NotPossible("the words were changed meanwhile, so there is nothing to sign off")
    if any(given.verdicts[item.id][0] not in (FITS, CHANGE) for item in counted):
        raise NotPossible("say of each one whether it fits")
    worry = level > Level.NONE
    if given.words:
        comment(tx, service, voice, counted[0], WHOLE, given.words, level, now)
    for item in counted:
        verdict, digest = given.verdicts[item.id]
        words = f"{given.there} of us were there." + (f" {given.words}" if given.words and not worry else "")
        workflow.panel_judged(tx, item.draft.id, found.group, verdict, words, digest, now)
    row.signed_off_at = now
    audit.note(tx, "panel_signed_off", now, subject_id=found.id)
    return [item for item in found.items if item not in counted]


def _tell_leads(tx: Tx, service: Service, level: Level, now: datetime) -> None:
    """Tell every lead, without a word of it; with none, the contact outside."""
    leads = list(tx.session.scalars(select(Staff).where(Staff.role == "lead", Staff.closed_at.is_(None)).order_by(Staff.created_at)))
    text = "\n".join(message(service.library, "staff.panel_worry"))
    for lead in leads:
        if lead.telegram:
            messages.tell_staff(tx, lead, "telegram", text, now, urgent=level >= Level.URGENT)
        tx.signal(f"staff:{lead.id}")
    if leads and service.outside_alerts:
        messages.tell_staff(tx, leads[0], "apprise", text, now, urgent=level >= Level.URGENT)
    if not leads and service.out_of_hours:
        messages.tell_contact(tx, text, now)

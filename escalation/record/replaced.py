"""The scripts that were replaced a short while ago: whoever is in the middle of one finishes it, also after a restart."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import func, select

from content.editorial.earlier import FINISHED_WITHIN, Earlier, earlier
from content.editorial.edition import in_every_language, text_of
from escalation.record.store import Tx
from escalation.record.tables import PublishedRow

AT_MOST = 3
"""So many earlier versions of a script are held; who began an older one goes on with the oldest of these."""


def replaced(tx: Tx, now: datetime) -> dict[str, tuple[Earlier, ...]]:
    """By topic, the versions that were replaced within the last day, the oldest first; none from before one that a lead withdrew."""
    recent = select(PublishedRow).where(PublishedRow.kind == "guidance", PublishedRow.published_at > now - FINISHED_WITHIN)
    found: dict[str, list[Earlier]] = defaultdict(list)
    for row in tx.session.scalars(recent.order_by(PublishedRow.number)):
        topic = row.key.rpartition("/")[2].split(".")[0]
        if row.withdraws:
            found[topic].clear()
        elif texts := _texts_before(tx, row):
            found[topic].append(earlier(row.number - 1, texts))
    return {topic: tuple(versions[-AT_MOST:]) for topic, versions in found.items() if versions}


def _texts_before(tx: Tx, row: PublishedRow) -> dict[str, str]:
    """The files of the script, in each language, as they were before this version of one of them."""
    stem = row.key.partition(".")[0]
    of_script = PublishedRow.key.startswith(f"{stem}.", autoescape=True)
    newest = select(func.max(PublishedRow.number)).where(of_script, PublishedRow.number < row.number).group_by(PublishedRow.key)
    texts = {one.key: one.text for one in tx.session.scalars(select(PublishedRow).where(PublishedRow.number.in_(newest)))}
    return {key: text for key in in_every_language(row.key, texts) if (text := text_of(texts, key)) is not None}

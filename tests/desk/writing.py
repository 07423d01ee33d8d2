"""What people do with drafts, as the tests of the desk say it."""

from __future__ import annotations

import re

from bot.desk.drafting import drafts, workflow
from bot.desk.drafting.drafts import Draft
from bot.rehearsal.house import House
from escalation.record.store import Tx
from tests.console.conftest import Browser

KEY = "guidance/relationships/consent.yml"
PATH = f"/desk/files/{KEY}"
PHRASES = "risk_phrases/home_abuse.yml"


def write(house: House, name: str, words: str = "Consent means a clear yes", key: str = KEY) -> Draft:
    """Somebody changes a file and saves it."""
    by = house.staff(name).id

    def save(tx: Tx) -> Draft:
        draft = drafts.open_draft(tx, key, by, house.clock())
        return drafts.save(tx, draft.id, draft.text + f"# {words}\n", draft.revision, by, house.clock())

    return house.record.write(save)


def draft_of(house: House, draft: Draft) -> Draft:
    return house.record.read(lambda tx: drafts.find(tx, draft.id))


def in_force(house: House, key: str = KEY) -> str:
    return house.record.read(lambda tx: drafts.in_force(tx, key))


async def step(someone: Browser, draft: Draft, name: str, **fields: str) -> int:
    return (await someone.post(f"/desk/drafts/{draft.id}/{name}", **fields)).status_code


async def the_panel_says(house: House, draft: Draft, verdict: str = "fits") -> None:
    house.record.write(lambda tx: workflow.panel_judged(tx, draft.id, "The Tuesday group", verdict, "", draft.digest, house.clock()))


def main_buttons(html: str) -> int:
    return len(re.findall(r'class="(?:button )?main"', html.partition("<main")[2].partition("</main>")[0]))

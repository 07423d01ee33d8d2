"""The parts of the run, one after the other; what a part found is kept, so that a run that was broken off goes on with the next one."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from escalation.record import people
from escalation.record.store import Tx
from escalation.record.tables import CaseRow
from nlu.noticing import Noticing
from tests.bench import fetching, phrases, turns
from tests.bench.load import ours, peer, peer_project, workers
from tests.bench.load.measuring import Figures, at_rate, saturated
from tests.bench.load.ours import Ours
from tests.bench.load.pressing import spread
from tests.bench.load.processes import megabytes
from tests.faults.waiting import until
from tests.postgres import server

RATES = (10.0, 30.0, 60.0)
OUR_CLIENTS, PEER_CLIENTS = (60, 120, 160, 240), (1, 8, 32)
"""How many wait for an answer at once. Ours are more: each of them is left a moment for more words before the bot answers."""
WAITS_FOR_DISK = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "128MB"}
LENGTHS = (10, 100, 300)
ALERTED_AT, EVERY = 30.0, 3.0
"""The rate at which somebody's life is at risk beside it, and seconds between two of them: a phone takes a bubble a second at most."""
LONGER = 2
"""So many times as long is measured there."""
ALERTED_WITHIN = 60.0


@dataclass(frozen=True)
class Part:
    """Something that is measured by itself. `lasts`: seconds at most, where a measurement takes `seconds`."""

    name: str
    says: str
    measure: Callable[[float], Awaitable[Figures]]
    lasts: Callable[[float], float]


async def our_rates(seconds: float) -> Figures:
    """From the start to 60 messages a second, with disclosures beside 30."""
    with ours.intent_service() as intents, tempfile.TemporaryDirectory() as folder:
        async with ours.running(Path(folder), intents) as side:
            found: Figures = {
                "start_seconds": {"program": round(side.program.started_in, 1), "intent_service": round(intents.started_in, 1)}
            }
            for rate in RATES:
                calls = await intent_calls(side)
                lasts = LONGER * seconds if rate == ALERTED_AT else seconds
                danger = asyncio.create_task(disclosures(side, lasts)) if rate == ALERTED_AT else None
                found[f"at_{rate:g}"] = await at_rate(side, rate, lasts)
                found[f"at_{rate:g}_intent"] = _between(calls, await intent_calls(side))
                if danger:
                    found["disclosure_ms"] = await danger
            return found | {"megabytes": {name: megabytes(pid) for name, pid in side.pids().items()}}


async def our_most(seconds: float) -> Figures:
    """Saturation, on SQLite."""
    with ours.intent_service() as intents, tempfile.TemporaryDirectory() as folder:
        async with ours.running(Path(folder), intents) as side:
            return {mix: await saturated(side, OUR_CLIENTS, seconds, mix) for mix in ("mix", "free_text")}


async def on_postgresql(seconds: float) -> Figures:
    """Saturation and 30 messages a second on PostgreSQL, which waits for its disk here."""
    with ours.intent_service() as intents, server(**WAITS_FOR_DISK) as postgres, tempfile.TemporaryDirectory() as folder:
        async with ours.running(Path(folder), intents, postgres.new_database()) as side:
            found: Figures = {"at_30": await at_rate(side, 30.0, seconds)}
            return found | {"mix": await saturated(side, OUR_CLIENTS[1:2], seconds)}


async def peer_rates(seconds: float) -> Figures:
    """The same rates for the peer."""
    async with peer.running() as side:
        found: Figures = {"start_seconds": round(side.started_in, 1)}
        for rate in RATES:
            found[f"at_{rate:g}"] = await at_rate(side, rate, seconds)
        return found | {"megabytes": megabytes(side.pid)}


async def peer_most(seconds: float) -> Figures:
    """Saturation of the peer, and one conversation that grows."""
    async with peer.running() as side:
        growing = await peer.growth(side, LENGTHS)
        found: Figures = {mix: await saturated(side, PEER_CLIENTS, seconds, mix) for mix in ("mix", "free_text")}
    folder = peer_project.trained()
    about = {"rasa": peer.version(folder), "training_seconds": peer_project.training_seconds(folder)}
    return found | {"ms_by_conversation_length": growing, "about": about}


async def cost(_: float) -> Figures:
    """What a message costs the program itself, against all that grows: history, the record, the lexicon."""
    noticing = Noticing.load()
    with tempfile.TemporaryDirectory() as folder:
        return {
            "turn": await turns.measure(Path(folder), noticing),
            "fetching": await asyncio.to_thread(fetching.measure, Path(folder), noticing),
            "risk_check_by_phrases": [phrases.check_with(number) for number in phrases.NUMBERS],
        }


PARTS = (
    Part("our_rates", "ours at 10, 30 and 60 messages a second", our_rates, lambda s: 130 + 5 * s),
    Part("our_most", "ours, as many as it can", our_most, lambda s: 60 + 10 * s),
    Part("peer_rates", "the peer at the same rates", peer_rates, lambda s: 120 + 3.6 * s),
    Part("peer_most", "the peer, as many as it can", peer_most, lambda s: 100 + 7.5 * s),
    Part("cost", "what a message costs against what grows", cost, lambda _: 200),
    Part("on_postgresql", "ours on PostgreSQL", on_postgresql, lambda s: 70 + 2.6 * s),
    Part("workers", "1, 2 and 4 workers on PostgreSQL", workers.measure, workers.lasts),
)


async def intent_calls(side: Ours) -> tuple[float, float]:
    """How many calls of the intent service the program has made, and their seconds in all."""
    text = (await side.wire.ask("GET", "/metrics")).body.decode()
    return tuple(sum(map(float, re.findall(rf"^breakwater_intent_seconds_{what}{{.*}} (\S+)$", text, re.M))) for what in ("count", "sum"))  # type: ignore[return-value]


def _between(before: tuple[float, float], after: tuple[float, float]) -> Figures:
    calls = after[0] - before[0]
    return {"calls": round(calls), "ms_each": round((after[1] - before[1]) / max(1.0, calls) * 1000, 1)}


async def disclosures(side: Ours, seconds: float) -> Figures:
    """From somebody's words of danger to the stored case, and to the alert on a phone; none may be missing."""
    wrote = []
    for number in range(int(seconds / EVERY)):
        await asyncio.sleep(EVERY)
        wrote.append(await side.danger(number))
    with suppress(AssertionError):
        await until(lambda: len(_alerted(side)) >= len(wrote), ALERTED_WITHIN)
    opened = await side.record.aread(lambda tx: [(*case, at) for token, at in wrote if (case := _case(tx, token))])
    alerted = _alerted(side)
    there = [(stored - at, alerted[case] - at) for case, stored, at in opened if case in alerted]
    figures: Figures = {"disclosures": len(wrote), "alerted": len(there)}
    return figures | ({"to_case": spread([case for case, _ in there]), "to_alert": spread([alert for _, alert in there])} if there else {})


def _case(tx: Tx, token: str) -> tuple[str, float] | None:
    found = people.find(tx, "webchat", token)
    case = found and tx.session.scalar(select(CaseRow).where(CaseRow.person_id == found[0].id))
    return (case.id, case.opened_at.timestamp()) if case else None


def _alerted(side: Ours) -> dict[str, float]:
    """When the first alert about each case was on anybody's phone."""
    found: dict[str, float] = {}
    for sent in sorted((sent for user in side.staff.values() for sent in user.bubbles), key=lambda sent: sent.at):
        for _, token in sent.buttons:
            if ":do:pick_up:" in token:
                found.setdefault(token.rpartition(":")[2], sent.at)
    return found

"""What the program stands on and beside: its own process, the intent service, its address, and the clock."""

from __future__ import annotations

import asyncio
import subprocess
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.apps import APPS
from bot.doctor.installation import PATIENCE, Installation
from bot.doctor.verdict import Verdict, attention, broken, ok, unknown
from bot.health import HEART_QUIET
from bot.intent_service import SERVICE
from nlu.client import IntentClient

CLOCKS_MAY_DIFFER = timedelta(seconds=10)
TOLD_ELSEWHERE = ("The intent service", *(app.title for app in APPS.values()))
"""How the program's own lines begin about parts that have a check here."""
ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on


def check_program(one: Installation) -> Verdict:
    """Whether the program runs, and what it says of itself."""
    host, port = one.settings.host_and_port
    address = f"http://{'127.0.0.1' if host in ANY_ADDRESS else host}:{port}/readyz"
    try:
        answer = httpx.get(address, timeout=PATIENCE, trust_env=False)
        told = answer.json()
        problems = " ".join(line for line in told.get("problems", ()) if not line.startswith(TOLD_ELSEWHERE))
    except (httpx.HTTPError, ValueError, AttributeError):
        return attention(f"The program does not run: nobody answers at {one.settings.listen}.", "Start it with `breakwater serve`.")
    if answer.status_code != httpx.codes.OK:
        return broken(problems or "The program runs and is not ready.", "`docs/operations.md` says what to look at; the log says why.")
    return attention(problems, "The log says more.") if problems else ok("The program runs, and is ready.")


def check_intents(one: Installation) -> Verdict:
    """Whether the intent service answers, and was trained on the words that are here."""
    if not asyncio.run(_answers(one.settings.nlu_url)):
        return attention(
            f"The intent service does not answer at {one.settings.nlu_url}: the phrases alone are at work.",
            "Start it, or let `breakwater serve` start it; `make setup` prepares it. Its log is in var/.",
        )
    trained = _trained_on_this(SERVICE)
    if trained is None:
        return ok("The intent service answers; whether it was trained on these messages is known where it runs.")
    if not trained:
        return attention(
            "The intent service was trained on other messages than those in content/.", "Run `nlu/service/train.sh`, and restart it."
        )
    return ok("The intent service answers, and was trained on these messages.")


def check_address(one: Installation) -> Verdict:
    """Whether young people and staff reach this server, and nobody on the way can read along."""
    address = one.settings.public_url
    if address is None:
        return attention("No public address is set: only this machine reaches the chat and the console.", "Set BREAKWATER_PUBLIC_URL.")
    if not address.startswith("https://"):
        return broken(f"{address} is not https: anybody on the way can read along.", "Put a reverse proxy with a certificate in front.")
    try:
        alive = httpx.get(f"{address.rstrip('/')}/livez", timeout=PATIENCE).json()
    except (httpx.HTTPError, ValueError):
        alive = None
    if alive != {"alive": True}:
        return attention(
            f"{address} was not reached from here.",
            "Open it in a browser; look at the reverse proxy, its certificate, and the name's address.",
        )
    return ok(f"{address} leads here.")


def check_clock(one: Installation) -> Verdict:
    """Whether this machine's clock agrees with the database's and with Telegram's."""
    compared = {name: there for name, there in (("the database", _database(one)), ("Telegram", _telegram(one))) if there is not None}
    if not compared:
        return unknown("There is no other clock to compare with.", "See that this machine sets its clock by the network (NTP).")
    name, apart = max(compared.items(), key=lambda pair: abs(pair[1]))
    if abs(apart) > CLOCKS_MAY_DIFFER:
        return broken(
            f"The clock is {abs(apart.total_seconds()):.0f} seconds {'behind' if apart > timedelta() else 'ahead of'} that of {name}.",
            "Set it by the network (NTP): promises, shifts and sign-in codes depend on it.",
        )
    return ok(f"The clock agrees with that of {' and '.join(compared)}.")


def check_heartbeat(one: Installation) -> Verdict:
    """Whether somebody elsewhere would notice that the machine is gone."""
    if one.settings.heartbeat is None:
        return attention(
            "Nobody notices when this machine is gone.", "Set BREAKWATER_HEARTBEAT to the address of a watching service elsewhere."
        )
    target = one.settings.heartbeat.get_secret_value()
    if target.startswith(("http://", "https://")):
        return ok("A sign of life goes to an address; the program says when it cannot be given.")
    path = Path(target)
    if not path.exists() or time.time() - path.stat().st_mtime > HEART_QUIET:
        return attention("The file of the heartbeat was not touched lately.", "See that the program runs, and that nothing is overdue.")
    return ok("The heartbeat was given a moment ago.")


async def _answers(url: str) -> bool:
    client = IntentClient(url, PATIENCE)
    try:
        return await client.ready()
    finally:
        await client.close()


def _trained_on_this(service: Path) -> bool | None:
    """Whether the model here was trained on the messages here; `None` where there is no model."""
    if not (service / "models" / "intents.tar.gz").exists():
        return None
    try:
        return subprocess.run(["bash", str(service / "train.sh"), "--check"], timeout=PATIENCE, capture_output=True).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return None


def _database(one: Installation) -> timedelta | None:
    """How far the database's clock is ahead of ours; `None` for a file, which has none."""
    if one.file is not None:
        return None
    try:
        with one.engine.connect() as connection:
            there: datetime = connection.execute(text("select clock_timestamp()")).scalar_one()
    except SQLAlchemyError:
        return None
    return there - datetime.now(UTC)


def _telegram(one: Installation) -> timedelta | None:
    """How far Telegram's clock is ahead of ours, by the date it writes on its answers; `None` without one."""
    if one.settings.telegram_token is None:
        return None
    site = urlsplit(one.settings.telegram_base_url)
    try:
        answer = httpx.head(f"{site.scheme}://{site.netloc}/", timeout=PATIENCE)
        return parsedate_to_datetime(answer.headers["date"]) - datetime.now(UTC)
    except (httpx.HTTPError, KeyError, ValueError):
        return None

"""Starting the intent service as a process of our own, where none answers yet; what we started, we stop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from bot.settings import ROOT
from nlu.client import IntentClient

SERVICE = ROOT / "nlu" / "service"
MODEL = SERVICE / "models" / "intents.tar.gz"
START_SECONDS = 60


class NotPrepared(Exception):
    """The intent service has no environment or no trained model; the message says what to run."""


@asynccontextmanager
async def running(
    url: str, wait: bool = True, log_to: Path | None = None, service: Path = SERVICE, within: int = START_SECONDS
) -> AsyncIterator[bool]:
    """The intent service, while the block runs: the one that answers at `url`, or one started here from `service`. Yields whether it answers.

    With `wait=False` the block begins at once, while the service is still starting; otherwise it has to answer `within` so many seconds.
    Raises `NotPrepared`.
    """
    client = IntentClient(url, timeout=2)
    try:
        if await client.ready():
            yield True
            return
        process = await _start(url, log_to, service)
        try:
            yield await _until_ready(client, process, within) if wait else False
        finally:
            await _stop(process)
    finally:
        await client.close()


async def _start(url: str, log_to: Path | None, service: Path) -> asyncio.subprocess.Process:
    address = urlsplit(url)
    if address.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise NotPrepared(f"no intent service answers at {url}, and only one on this machine can be started here")
    if not (service / ".venv").is_dir() or not any((service / "models").glob("*.tar.gz")):
        raise NotPrepared("the intent service is not set up: run `make setup`")
    output = log_to.open("ab") if log_to else asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        "bash",
        str(service / "run.sh"),
        str(address.port or 5005),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("BREAKWATER_")},
    )


async def _until_ready(client: IntentClient, process: asyncio.subprocess.Process, within: int) -> bool:
    for _ in range(within * 4):
        if await client.ready():
            return True
        if process.returncode is not None:
            return False
        await asyncio.sleep(0.25)
    return False


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), timeout=10)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

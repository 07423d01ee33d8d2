"""One training from start to end, as a process: `python -m bot.desk.training.whole FOLDER`, FOLDER being that of the run.

Trains a model of its own beside the one that serves, judges it on the judging messages, and puts it in service only where every figure
keeps its floor. What it does is told on standard output, one JSON object in each line (`bot.desk.training.runs`).
"""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from bot.desk.training.runs import ABOUT, FAILED, IN_SERVICE, READY, REFUSED, digest_of
from bot.intent_service import running
from bot.settings import ROOT
from nlu.client import IntentClient
from nlu.evaluation.figures import figures
from nlu.evaluation.floors import broken, load_floors
from nlu.evaluation.judge import judge, read_all
from nlu.evaluation.judging import read_judging
from nlu.noticing import Noticing

JUDGING = ROOT / "tests" / "judging"
PATIENT = 30.0
"""Seconds to wait for one answer."""
STARTING = 600
"""Seconds for the new model to start, behind everything else on a busy machine."""
LOADING = 180.0
"""Seconds for the running service to take over a new model."""
_OWN_OF_A_RUN = frozenset({"models", ".cache", "service"})


def main() -> None:
    """Do all of it; whatever goes wrong is told as the end of the run."""
    run = Path(sys.argv[1])
    try:
        tell(**end_of(run))
    except Exception as error:
        tell(end=FAILED, why=[f"{type(error).__name__}: {error}"])
    finally:
        for part in ("content", "nlu"):
            shutil.rmtree(run / part, ignore_errors=True)


def end_of(run: Path) -> dict[str, object]:
    """Train, judge and put in service; how it ended."""
    if not JUDGING.is_dir():
        return {"end": FAILED, "why": ["The messages that judge a model are not installed here, so no new model can be put in service."]}
    tell(step="training")
    service = laid_beside(run)
    trained = subprocess.run(["bash", str(service / "train.sh")], stdout=sys.stderr, check=False)
    if trained.returncode != 0:
        return {"end": FAILED, "why": ["The training itself failed; its log lies beside it."]}
    model = run / "intents.tar.gz"
    shutil.copy(service / "models" / "intents.tar.gz", model)
    tell(step="judging", model=digest_of(model))
    if wrong := asyncio.run(judged(run, service)):
        return {"end": REFUSED, "why": wrong}
    tell(step="putting")
    return put_in_service(model, json.loads((run / ABOUT).read_text(encoding="utf-8")))


def laid_beside(run: Path) -> Path:
    """The intent service again, with a model of its own and the messages of this run; returns its folder."""
    service = run / "nlu" / "service"
    (service / "models").mkdir(parents=True)
    for here, there in ((ROOT / "nlu", run / "nlu"), (ROOT / "nlu" / "service", service)):
        for path in here.iterdir():
            if path.name not in _OWN_OF_A_RUN:
                (there / path.name).symlink_to(path)
    return service


async def judged(run: Path, service: Path) -> list[str]:
    """The figures of the new model that break their floor, each as a sentence."""
    url = f"http://127.0.0.1:{_free_port()}"
    judging = read_judging(JUDGING)
    async with running(url, service=service, within=STARTING) as answers:
        if not answers:
            raise RuntimeError("the new model does not start")
        client = IntentClient(url, PATIENT)
        try:
            readings = await read_all(judging, client)
        finally:
            await client.close()
    verdict = judge(judging, Noticing.load(run / "content"), readings)
    return broken(figures(verdict, with_topics=True), load_floors(run / "content"), alone=False)


def put_in_service(model: Path, about: dict[str, str]) -> dict[str, object]:
    """The new model in the place of the old one, and the running service asked to take it; where that cannot be, the old one is put back."""
    serving = Path(about["model"])
    if urlsplit(about["service"]).hostname not in ("127.0.0.1", "localhost", "::1"):
        return {"end": READY, "why": ["The intent service runs on another machine."]}
    before, fresh = serving.with_name("before.tar.gz"), serving.with_name("fresh.tar.gz")
    try:
        shutil.copy(model, fresh)
        shutil.copy(serving, before)
        fresh.replace(serving)
    except OSError as error:
        return {"end": READY, "why": [f"This program may not put a model in its place ({type(error).__name__})."]}
    try:
        httpx.put(f"{about['service']}/model", json={"model_file": str(serving)}, timeout=LOADING, trust_env=False).raise_for_status()
    except httpx.HTTPError as error:
        before.replace(serving)
        return {"end": READY, "why": [f"The intent service did not take it ({type(error).__name__})."]}
    before.unlink()
    return {"end": IN_SERVICE}


def tell(**said: object) -> None:
    """One line for whoever started this."""
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


if __name__ == "__main__":
    main()

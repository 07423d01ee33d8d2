"""An intent service on loopback that answers as the written conversations say, whatever markers stand in the words."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.rehearsal.conversation import scores_for
from tests.trials.markers import CORE

_MARKED = re.compile(rf" {CORE}\w+")
NOTHING: dict[str, Any] = {"at_least": dict.fromkeys(("worry", "concern", "urgent", "immediate"), 0.0), "categories": {}, "subject": {}}


class ScriptedIntents:
    """What answers at `url`, for the words that `learn` was told of; nothing is known of others."""

    def __init__(self) -> None:
        self.url = ""
        self._answers: dict[str, dict[str, Any]] = {}
        routes = [
            Route("/model/parse", self._parse, methods=["POST"]),
            Route("/status", lambda _: JSONResponse({"model_file": "scripted"})),
        ]
        self._server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="critical", lifespan="off"))

    def learn(self, step: dict[str, Any]) -> None:
        """What a step of a conversation says that the service makes of its words."""
        words = step.get("says") or step.get("caption") or step.get("edits")
        if words and ("topic" in step or "risk" in step):
            risk = scores_for(step["risk"]) if "risk" in step else NOTHING
            self._answers[words] = _answer(step.get("topic", "out_of_scope"), risk)

    def start(self) -> ScriptedIntents:
        threading.Thread(target=self._server.run, daemon=True).start()
        while not self._server.started:
            time.sleep(0.005)
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        return self

    def stop(self) -> None:
        self._server.should_exit = self._server.force_exit = True

    async def _parse(self, request: Request) -> JSONResponse:
        words = _MARKED.sub("", (await request.json())["text"])
        return JSONResponse(self._answers.get(words, _answer("out_of_scope", NOTHING)))


def _answer(topic: str, risk: dict[str, Any]) -> dict[str, Any]:
    sure = {"name": topic, "confidence": 0.95}
    return {"intent": sure, "intent_ranking": [sure], "risk": risk}

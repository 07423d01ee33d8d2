"""Asking the intent service over HTTP. A time-out, an error or a nonsense answer means "unknown", never an exception."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from pydantic import BaseModel, Field, ValidationError

from nlu.understanding import Reading, RiskScores


class _Topic(BaseModel):
    name: str
    confidence: float = Field(ge=0, le=1)


class _Scores(BaseModel):
    at_least: dict[str, float]
    categories: dict[str, float]
    subject: dict[str, float]
    signs: dict[str, float] = {}
    together: float = 0.0


class _Answer(BaseModel):
    intent: _Topic
    intent_ranking: list[_Topic] = []
    risk: _Scores | None = None


class IntentClient:
    """A client of the service's `POST /model/parse`, with one connection pool. Each message asks it, so it has to cost little."""

    def __init__(self, url: str, timeout: float) -> None:
        """`timeout`: seconds for one answer."""
        self._url, self._timeout = url.rstrip("/"), ClientTimeout(total=timeout)
        self._session: ClientSession | None = None
        self.failures = 0
        """How many calls in a row gave no answer."""

    async def read(self, text: str) -> Reading | None:
        """What the service understands of `text`, or `None` when it does not answer in time or in sense."""
        try:
            async with self._http().post(
                f"{self._url}/model/parse", json={"text": text}, raise_for_status=True, allow_redirects=False
            ) as answer:
                reading = _reading(await answer.json(content_type=None))
        except (ClientError, TimeoutError, ValueError):
            self.failures += 1
            return None
        self.failures = 0
        return reading

    async def ready(self) -> bool:
        """Whether the service answers and has a model loaded."""
        try:
            async with self._http().get(f"{self._url}/status", raise_for_status=True, allow_redirects=False) as answer:
                return bool((await answer.json(content_type=None)).get("model_file"))
        except (ClientError, TimeoutError, ValueError, AttributeError):
            return False

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    def _http(self) -> ClientSession:
        """Made on the loop that uses it."""
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout, cookie_jar=DummyCookieJar())
        return self._session


def _reading(data: Any) -> Reading:
    try:
        answer = _Answer.model_validate(data)
    except ValidationError as error:
        # The error quotes what came, which may be a young person's words.
        raise ValueError(f"the intent service answered nonsense ({error.error_count()} problems)") from None
    scores = (
        RiskScores(answer.risk.at_least, answer.risk.categories, answer.risk.subject, answer.risk.signs, answer.risk.together)
        if answer.risk
        else None
    )
    ranking = tuple((topic.name, topic.confidence) for topic in answer.intent_ranking)
    return Reading(answer.intent.name, answer.intent.confidence, ranking, scores)

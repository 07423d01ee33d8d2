"""Reading what a page sends, and saying kindly what is wrong with it."""

from __future__ import annotations

import json
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse

LARGEST_BODY = 64 * 1024
LONGEST_TEXT = 20_000

B = TypeVar("B", bound="Body")


class Refused(Exception):
    """A request that is not taken: HTTP status, which of the page's words says why, and when to try again (seconds)."""

    def __init__(self, status: int, words: str, retry_after: int = 0) -> None:
        super().__init__(words)
        self.status, self.words, self.retry_after = status, words, retry_after

    def answer(self, words: dict[str, str]) -> JSONResponse:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else None
        return JSONResponse({"error": self.words, "text": words[self.words]}, self.status, headers)


def _well_formed(text: str) -> str:
    """Halves of surrogate pairs, which no encoding takes, become replacement characters; everything else stays as typed."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


Words = Annotated[str, AfterValidator(_well_formed)]
Id = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Open(Body):
    """Start a chat, in the language of the page, or come back to the one of this page."""

    id: Id
    resume: bool = False
    ask: bool = False
    """The page was closed meanwhile: somebody else may have opened it."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    easy: Id | None = None
    """Set where simple words are asked for before anything is said; an id of its own, since it is stored like a button."""


class Send(Body):
    id: Id
    text: Words


class Press(Body):
    id: Id
    token: Annotated[Words, Field(min_length=1, max_length=200)]


class Return(Body):
    id: Id
    code: Annotated[Words, Field(max_length=200)]


async def body(request: Request, kind: type[B]) -> B:
    """The JSON body of a request from our own page. Raises `Refused`."""
    if request.headers.get("x-breakwater") != "chat":
        raise Refused(403, "lost_page")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "lost_page")
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST_BODY:
            raise Refused(413, "too_long")
    try:
        return kind.model_validate(json.loads(received))
    except (ValidationError, ValueError, RecursionError):
        raise Refused(422, "lost_page") from None

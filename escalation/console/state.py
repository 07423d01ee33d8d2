"""What the console's routes share: the record, the service, settings, and the little that is kept in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from escalation.console.problems import Problem
from escalation.context import Service
from escalation.operating import Operating
from escalation.publishing import Publisher
from escalation.record import tries
from escalation.record.store import Record
from escalation.record.tries import Limit
from escalation.staff import browsers, sign_in
from escalation.staff.first_run import FirstRun
from escalation.staff.provider import Provider, ProviderSettings
from escalation.staff.sign_in import Limits, SignedIn

WRONG_TRIES = Limit("wrong sign-ins", 30, timedelta(minutes=15))
"""From one address; an office behind one address at the start of a shift stays below it. Counted in the record."""

SIGN_INS_BEGUN = RateLimitItemPerMinute(120, 5)
"""Sign-ins from one address that leave the record something to remember. It spares the record, so each process counts by itself."""


TYPING_EVERY = timedelta(seconds=3)
"""A sign that somebody is writing goes out so often at most."""


def utc_now() -> datetime:
    """The clock of the console."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class ConsoleSettings:
    """`public_url`: where staff reach the console, `None` for loopback only. `demo`: whether demo accounts see their code.

    `provider`: the organisation's own sign-in, where it has one.
    """

    public_url: str | None = None
    secure_cookies: bool = False
    idle_minutes: int = 30
    session_hours: int = 12
    demo: bool = False
    provider: ProviderSettings | None = None

    @property
    def cookie(self) -> str:
        """The cookie's name; with `__Host-` a browser accepts it over https only, from this very host."""
        return "__Host-breakwater" if self.secure_cookies else "breakwater"

    @property
    def limits(self) -> Limits:
        return Limits(timedelta(minutes=self.idle_minutes), timedelta(hours=self.session_hours))


def browser_of(request: Request) -> str:
    """What kind of browser asks."""
    return browsers.kind(request.headers.get("user-agent", ""))


class Kept(OrderedDict[tuple[str, ...], str]):
    """A small store in memory that drops its oldest entry; what it holds is gone with the process."""

    def __init__(self, at_most: int) -> None:
        super().__init__()
        self._at_most = at_most

    def keep(self, key: tuple[str, ...], value: str = "") -> None:
        """Keep a value, as the newest."""
        self[key] = value
        self.move_to_end(key)
        if len(self) > self._at_most:
            self.popitem(last=False)


@dataclass
class Console:
    """The console of one process.

    `shown` is what each session has been shown of a queue, so that the audit notes it once; `hushed` the cases for which
    a session's pages do not ring again.
    """

    record: Record
    service: Service
    settings: ConsoleSettings
    publisher: Publisher
    clock: Callable[[], datetime] = utc_now
    shown: Kept = field(default_factory=lambda: Kept(20_000))
    hushed: Kept = field(default_factory=lambda: Kept(5_000))
    typed: dict[tuple[str, str], datetime] = field(default_factory=dict)
    operating: Operating | None = None
    first_run: FirstRun | None = None
    begun: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    @property
    def operator(self) -> Operating:
        """The program around this console. Raises `Problem` where there is none."""
        if self.operating is None:
            raise Problem(503, "this console runs without the program around it: look with `breakwater doctor`")
        return self.operating

    def use(self, service: Service) -> None:
        """Go on with another edition of words and policy."""
        self.service = service

    def __post_init__(self) -> None:
        self.provider = Provider(self.settings.provider) if self.settings.provider else None

    async def who(self, request: Request) -> SignedIn | None:
        """Whose session this request carries, whether or not the code was given. One from another kind of browser ends."""
        token = request.cookies.get(self.settings.cookie)
        if not token:
            return None
        me = await self.record.aread(lambda tx: sign_in.find(tx, token, self.settings.limits, self.clock()))
        if me is not None and me.browser != browser_of(request):
            stolen = me
            await self.record.awrite(lambda tx: sign_in.end_as_stolen(tx, stolen, self.clock()))
            return None
        return me

    async def note_use(self, request: Request, me: SignedIn) -> None:
        """Move the idle limit, unless the page asked by itself and nobody clicked."""
        now = self.clock()
        if "x-background" not in request.headers and now - me.seen_at >= sign_in.NOTE_EVERY:
            await self.record.awrite(lambda tx: sign_in.note_use(tx, me, now))

    def remember(self, response: Response, token: str) -> None:
        """Give the browser its session."""
        secure = self.settings.secure_cookies
        response.set_cookie(self.settings.cookie, token, httponly=True, samesite="strict", secure=secure, path="/")

    def forget(self, response: Response) -> None:
        """Take the session from the browser."""
        response.delete_cookie(self.settings.cookie, path="/", httponly=True, samesite="strict", secure=self.settings.secure_cookies)

    def shows_typing(self, staff_id: str, case_id: str) -> bool:
        """Whether it is time for another sign that this person is writing in this case."""
        now = self.clock()
        if now - self.typed.get((staff_id, case_id), now - TYPING_EVERY) < TYPING_EVERY:
            return False
        self.typed = {key: at for key, at in self.typed.items() if now - at < TYPING_EVERY} | {(staff_id, case_id): now}
        return True

    async def may_try(self, address: str) -> bool:
        """Whether this address has wrong tries left."""
        return await self.record.aread(lambda tx: tries.wait(tx, WRONG_TRIES, address, self.clock())) == 0

    async def tried_wrongly(self, address: str) -> None:
        """Count one wrong try against this address."""
        await self.record.awrite(lambda tx: tries.count(tx, WRONG_TRIES, address, self.clock()))

    def may_ask(self, address: str) -> bool:
        """Whether this address may begin another sign-in that is remembered; counts it."""
        return self.begun.hit(SIGN_INS_BEGUN, address)

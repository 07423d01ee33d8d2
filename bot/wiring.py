"""The one place that builds and connects what runs; `bot.web` puts what of it is served into one web application.

What sends through an app or to alert addresses is imported where the settings ask for it: the libraries behind it take longer to load than
the rest of `bot`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bot.beside import Beside
from bot.channels import Channel, Deleting, Reporting, Signing, Watched, Worded
from bot.channels.apps import TELEGRAM
from bot.channels.drill import DrillChannel
from bot.channels.whatsapp_account import account_of
from bot.crowd import Crowd
from bot.editions import Edition, Editions, load_edition
from bot.from_memory import at_once
from bot.health import APP_QUIET, Health
from bot.heartbeat import Heartbeat
from bot.intake import Intake
from bot.lanes import Lanes
from bot.leasing import CALENDAR, POLLING, SENDING, Never
from bot.metrics import MeasuredReader, Metrics
from bot.roles import ALL, Role
from bot.safe_folder import SafeFolder
from bot.sending import Sender
from bot.service import load_service, read_service
from bot.settings import Settings
from bot.ticking import Ticking
from bot.turn import Handler
from bot.typing_signs import TypingSigns
from bot.unsending import Unsender
from escalation import drills
from escalation.context import Service
from escalation.insight import settling
from escalation.record.messages import CONTACT
from escalation.record.notices import STANDS_STILL
from escalation.record.retention import running
from escalation.record.retention.veil import Veil
from escalation.record.schema import ensure_current
from escalation.record.store import Record
from nlu.client import IntentClient
from nlu.noticing import Noticing

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Program:
    """Everything that runs, connected."""

    settings: Settings
    record: Record
    editions: Editions
    client: IntentClient
    handler: Handler
    lanes: Lanes
    intake: Intake
    ticking: Ticking
    health: Health
    metrics: Metrics
    beside: Beside
    setting_up: bool = False
    channels: list[Channel] = field(default_factory=list)
    senders: list[Sender | Unsender | TypingSigns] = field(default_factory=list)

    @property
    def service(self) -> Service:
        """The words and policy in force."""
        return self.editions.in_force.service

    @property
    def noticing(self) -> Noticing:
        """The phrases in force."""
        return self.editions.in_force.noticing

    def use(self, edition: Edition) -> None:
        """Go on with another edition in every part."""
        service = edition.service
        self.handler.use(service, edition.noticing)
        self.intake.use(service)
        self.ticking.use(service)
        for sender in self.senders:
            if isinstance(sender, Sender):
                sender.use(service)
        for channel in self.channels:
            if isinstance(channel, Worded):
                channel.use(service)
        if self.record.veil is not None:
            self.record.veil.policy = service.retention

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start every part that this process is for, and stop it in the opposite order."""
        beside = [asyncio.create_task(part, name="beside") for part in self.beside.runs()]
        senders = [asyncio.create_task(sender.run(), name="sender") for sender in self.senders if Role.SEND in self.beside.roles]
        turns = [asyncio.create_task(self.beside.turns.run(), name="turns")] if self.beside.turns else []
        self.ticking.start()
        try:
            for channel in self.channels if Role.RECEIVE in self.beside.roles else ():
                await channel.start()
            yield
        finally:
            for channel in reversed(self.channels):
                await channel.stop()
            self.ticking.stop()
            await _end(turns)
            await self.lanes.stop()
            await _end(senders)
            await _end(beside)
            await self.client.close()
            await asyncio.to_thread(self.record.close)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def build(settings: Settings, now: Callable[[], datetime] = utc_now, *, setting_up: bool = False, roles: frozenset[Role] = ALL) -> Program:
    """Build everything. Raises `SchemaError`, `SettingsError`, `ContentError` or `SealBroken`, each with one clear line.

    `setting_up`: for staff alone, also with words that nobody signed off; no young person gets in. `roles`: what of it runs here.
    """
    ensure_current(settings.database_url)
    record = Record(settings.database_url, settings.key_bytes(), stands_still=STANDS_STILL)
    load = partial(load_edition, settings, record, load=read_service if setting_up else load_service)
    edition = load()
    service = edition.service
    editions = Editions(record, edition, load)
    record.veil = Veil(service.retention, now)
    client = IntentClient(settings.nlu_url, settings.nlu_timeout)
    reader = MeasuredReader(client)
    handler = Handler(record, service, edition.noticing, reader, now, settings.nlu_timeout)
    lanes = Lanes(handler.handle, settings.burst_seconds)
    beside = Beside(record, roles, lanes)
    intake = Intake(record, service, now, danger=handler.danger, woken=lanes.wake, defer=beside.defer, came=handler.came)
    newcomers = Crowd(lanes.wake, handler.grave, settings.newcomers)
    # Where others handle what is stored here, no line of this process would hold anybody up.
    intake.crowd = newcomers if beside.defer is None else None
    ticking = Ticking(record, service, beside.wake, now)
    ticking.auditor.in_line = newcomers.__contains__
    ticking.lease = beside.lease(CALENDAR, Role.CALENDAR)
    health, metrics = Health(record, client, ticking, beside), Metrics(record, now, reader, handler, ticking)
    program = Program(settings, record, editions, client, handler, lanes, intake, ticking, health, metrics, beside, setting_up)
    _add(program, DrillChannel(), now)
    if settings.telegram_token and not setting_up:
        _add(program, _telegram(settings, intake, service, beside), now)
    if (account := account_of(settings)) and not setting_up:
        from bot.channels.whatsapp import WhatsAppChannel

        _add(program, WhatsAppChannel(account, intake.take, service), now)
    if service.outside_alerts or service.out_of_hours:
        _add_alerts(program, service, now)
    health.editions = editions
    editions.tell(program.use)
    _watch(program, now)
    return program


def _add_alerts(program: Program, service: Service, now: Callable[[], datetime]) -> None:
    from bot.channels.apprise import OutsideAlerts

    if service.outside_alerts:
        _add(program, OutsideAlerts(program.settings.alert_urls.get_secret_value().split()), now)
    if service.out_of_hours:
        urls = program.settings.out_of_hours_url.get_secret_value().split()
        _add(program, OutsideAlerts(urls, CONTACT, "BREAKWATER_OUT_OF_HOURS_URL"), now)


def _watch(program: Program, now: Callable[[], datetime]) -> None:
    """The auditor knows what is sent here, and gives the heartbeat; months are counted and what is over is destroyed each hour; the drill comes at night."""
    settings, ticking = program.settings, program.ticking
    ticking.auditor.channels = frozenset(channel.name for channel in program.channels)
    if settings.heartbeat and not program.setting_up:
        program.health.heart = program.metrics.heart = Heartbeat(settings.heartbeat.get_secret_value())
        ticking.auditor.beat = program.health.beat

    ticking.each_second(program.editions.look, everywhere=True)
    ticking.hourly(lambda: settling.settle_all(program.record, program.service, now()), "counting the months that are over")
    if not program.setting_up:
        ticking.hourly(lambda: running.run(program.record, program.service.retention, now()), "destroying what is over")
    if where := settings.audit_head_to.get_secret_value():
        from bot import audit_head

        ticking.nightly(audit_head.AuditHead(program.record, where, settings.organisation, now).send, audit_head.AT)
    if settings.drill_at:
        ticking.nightly(partial(send_drill, program, now), settings.drill_at)
    if settings.backup_folder and not program.setting_up:
        _back_up(program, now, Path(settings.backup_folder))


def _back_up(program: Program, now: Callable[[], datetime], folder: Path) -> None:
    """The list of erasures each minute, and back-ups at night where a time is set."""
    settings = program.settings
    safe = SafeFolder(program.record, folder, timedelta(days=settings.backup_keep), now)
    program.ticking.each_minute(safe.note_erasures)
    if settings.backup_at:
        program.ticking.nightly(partial(asyncio.to_thread, lambda: safe.back_up(program.service.retention)), settings.backup_at)


async def send_drill(program: Program, now: Callable[[], datetime]) -> None:
    """A message as from somebody in danger, marked as a drill, which is answered at once like any other."""
    person_id = await program.record.awrite(lambda tx: drills.send(tx, program.service, now()))
    program.beside.wake(person_id, True)


def _add(program: Program, channel: Channel, now: Callable[[], datetime]) -> None:
    """A channel, and whatever it can do beyond sending."""
    beside = program.beside
    lease = beside.lease(f"{SENDING}{channel.name}", Role.SEND)
    sender = Sender(program.record, channel, program.service, now, lease)
    program.channels.append(channel)
    program.senders.append(sender)
    program.intake.answer_through(channel.name, partial(at_once, channel))
    if isinstance(channel, Watched):
        beside.expect(channel.name)
        # Telegram is heard of where updates come in, the others where bubbles go out.
        if (Role.RECEIVE if channel.name == TELEGRAM.name else Role.SEND) in beside.roles:
            beside.watch(channel.name, partial(channel.in_touch, APP_QUIET))
            program.health.apps.append(channel)
            program.metrics.apps.append(channel)
    if isinstance(channel, Reporting):
        channel.report = sender.report
    if isinstance(channel, Deleting):
        program.senders.append(Unsender(program.record, channel, lease))
    if isinstance(channel, Signing):
        program.senders.append(TypingSigns(program.record, channel, lease))


def _telegram(settings: Settings, intake: Intake, service: Service, beside: Beside) -> Channel:
    from bot.channels.telegram import TelegramChannel, group_reply
    from bot.channels.telegram_arrivals import Webhook

    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    url, secret = settings.telegram_webhook_url, settings.telegram_webhook_secret
    webhook = Webhook(url, secret.get_secret_value()) if url and secret else None
    polling = Never() if webhook else beside.lease(f"{POLLING}telegram", Role.RECEIVE)
    words = group_reply(service)
    return TelegramChannel(token, settings.telegram_base_url, intake.take, webhook=webhook, group_reply=words, polling=polling)

"""What every command needs: mistakes told in one line, the settings, the open record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from types import TracebackType
from typing import Never, ParamSpec
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from bot import demo
from bot.settings import Settings, SettingsError, load_settings
from content.editorial.reading import ContentError
from escalation.record.envelope import SealBroken
from escalation.record.key_keeping import KeyUnavailable
from escalation.record.schema import SchemaError, ensure_current
from escalation.record.store import Record, RecordUnavailable

P = ParamSpec("P")

err = Console(stderr=True)


def told(command: Callable[P, None]) -> Callable[P, None]:
    """End with one clear line instead of a traceback, for every mistake that a person can mend."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from bot.intent_service import NotPrepared
        from escalation.record.backup.sealed_file import BackupError
        from escalation.record.duty import RotaError
        from escalation.record.master_key import KeyChangeError
        from escalation.staff.accounts import AccountError

        try:
            command(*args, **kwargs)
        except SealBroken:
            end("the database was made with another BREAKWATER_DATA_KEY: set the right one, or use another database")
        except SQLAlchemyError as error:
            end(f"the database at BREAKWATER_DATABASE_URL does not open ({type(error).__name__}): check the address and that it runs")
        except (SettingsError, SchemaError, ContentError, RecordUnavailable, NotPrepared, AccountError, RotaError) as error:
            end(str(error))
        except (BackupError, KeyChangeError, KeyUnavailable) as error:
            end(str(error))

    return run


class open_record:
    """The open record, for one command."""

    def __init__(self, settings: Settings) -> None:
        ensure_current(settings.database_url)
        self._open = Record(settings.database_url, settings.key_bytes())

    def __enter__(self) -> Record:
        return self._open

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()


def current_settings() -> Settings:
    """The settings, with the demo's own key where it is a demo."""
    return demo.with_key(load_settings())


def time_given(text: str, option: str, settings: Settings) -> datetime:
    """A time typed on the command line; without a zone it is local. Raises `SettingsError`."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{option} {text!r} is no ISO time: write it like 2026-12-01T09:00") from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings.time_zone))


def utc_now() -> datetime:
    return datetime.now(UTC)


def end(line: str) -> Never:
    """End the command with one line and status 1."""
    err.print(line, style="bold", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)

"""Every setting of Breakwater: `BREAKWATER_…` in the environment, in a `.env` file, or each in a file of its own (`secret_files`)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal
from zoneinfo import available_timezones

from pydantic import Field, PrivateAttr, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot import secret_files
from escalation.record.key_keeping import KeyUnavailable, Plain, keeping

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """A setting is missing or malformed; the message is one line that says which and what to do."""


class Settings(BaseSettings):
    """What an organisation can set. Each description is the help that `breakwater settings` prints."""

    model_config = SettingsConfigDict(env_prefix="BREAKWATER_", env_file=".env", extra="ignore")

    mode: Literal["demo", "production"] = Field(
        "demo", description="demo (loopback, demo staff) or production (refuses to start half set up)"
    )
    database_url: str = Field(
        f"sqlite:///{ROOT / 'var' / 'breakwater.db'}",
        description="SQLAlchemy address of the record; SQLite by default, postgresql+psycopg://… for many workers",
    )
    data_key: SecretStr | None = Field(
        None,
        description="32 random bytes in base64 that wrap every other key; `breakwater new-key` makes one. Lose it and the record is unreadable",
    )
    data_key_file: str | None = Field(
        None, description="file that holds the data key instead: in base64, or as the program of BREAKWATER_DATA_KEY_COMMAND wrapped it"
    )
    data_key_command: str | None = Field(
        None,
        description="program that opens that file: called with the word unwrap (or wrap), it changes standard input into standard output; for a key service",
    )
    listen: str = Field("127.0.0.1:8080", description="address and port for web chat and console")
    public_url: str | None = Field(
        None, description="where young people and staff reach this server, for links and the origin check, e.g. https://chat.example.org"
    )
    trusted_proxies: str | None = Field(
        None,
        description="reverse proxies, by address or network, separated by commas, that are believed about who asks; default: this machine",
    )
    embed_on: str = Field(
        "",
        description="sites that may show the web chat on their pages (docs/embedding.md), separated by spaces, such as https://www.school.example; none: nowhere",
    )
    nlu_url: str = Field("http://127.0.0.1:5005", description="address of the intent service (nlu/service), loopback or private network")
    nlu_timeout: float = Field(1.5, gt=0, le=30, description="seconds to wait for the intent service before the answer counts as unknown")
    training_folder: str = Field(f"{ROOT / 'var' / 'training'}", description="folder in which the intent service is trained from the desk")
    training_command: str = Field("", description="program that trains it instead of our own, called with a folder (docs/operations.md)")
    telegram_token: SecretStr | None = Field(None, description="token of the Telegram bot; without it Telegram is off")
    telegram_base_url: str = Field("https://api.telegram.org/bot", description="Bot API server, as python-telegram-bot's base_url")
    telegram_webhook_url: str | None = Field(None, description="public https address for Telegram's webhook; absent: polling")
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="secret token that Telegram sends with each webhook call; needed with the webhook"
    )
    whatsapp_token: SecretStr | None = Field(
        None, description="permanent token of a system user at Meta that may use WhatsApp; without it WhatsApp is off (docs/channels.md)"
    )
    whatsapp_phone_id: str = Field("", description="id of the organisation's WhatsApp number at Meta (digits; not the number itself)")
    whatsapp_app_secret: SecretStr | None = Field(None, description="secret of the app at Meta, by which its calls are known to be its own")
    whatsapp_verify_token: SecretStr | None = Field(
        None, description="a word that you choose: type the same at Meta, with the webhook …/whatsapp/webhook"
    )
    whatsapp_base_url: str = Field("https://graph.facebook.com", description="Graph API server, without a version")
    app_links: str = Field(
        "",
        pattern=r"^(https://\S+\s*)*$",
        description="addresses at which young people find the apps, separated by spaces, for the start page, such as https://t.me/harbour_bot and https://wa.me/441234567890",
    )
    organisation: str = Field("Breakwater demo", description="name of the organisation, as young people read it")
    bot_name: str = Field("Breakwater", description="name of the bot; choose a neutral one, it may be seen over a shoulder")
    contact: str = Field(
        "", description="how parents, partners and professionals reach the organisation, as the bot tells them: a number or an address"
    )
    area: str = Field("uk", description="default area of the helpline directory (an id of the taxonomy)")
    time_zone: str = Field("Europe/London", description="time zone of rota and times told to young people")
    alert_urls: SecretStr = Field(
        SecretStr(""), description="Apprise addresses, separated by spaces, that get neutral alerts beside console and Telegram"
    )
    out_of_hours_url: SecretStr = Field(
        SecretStr(""),
        description="Apprise addresses, separated by spaces, of the organisation's out-of-hours contact, which is alerted when nobody answers",
    )
    out_of_hours_name: str = Field("the out-of-hours contact", description="what staff call that contact")
    telegram_conversations: bool | None = Field(
        None, description="whether staff may hold conversations on Telegram; otherwise they only get alerts there. Default: in demo only"
    )
    heartbeat: SecretStr | None = Field(
        None, description="a file that is touched, or an http(s) address that is called, every half minute while nothing is overdue"
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="token that opens /metrics and the details of /readyz from elsewhere (Authorization: Bearer …); without it: this machine only",
    )
    audit_head_to: SecretStr = Field(
        SecretStr(""),
        description="where the head of the audit chain goes each night, so that nobody rewrites it unseen: a file on another machine's disk (/mnt/…), or Apprise addresses",
    )
    drill_at: str | None = Field(None, description="time of the nightly drill in the organisation's time zone, such as 03:30; absent: none")
    backup_folder: str | None = Field(
        None, description="folder for back-ups, best on another machine's disk; the list of erasures is kept there too, minute by minute"
    )
    backup_at: str | None = Field(
        None, description="time of the nightly back-up in the organisation's time zone, such as 02:30; absent: none"
    )
    backup_keep: int = Field(30, ge=1, description="days for which back-ups in that folder are kept; the newest one always is")
    newcomers: int = Field(
        300,
        ge=10,
        le=100_000,
        description="new people within a minute beyond whom further new people are answered in turn, so many each minute; "
        "nobody known before waits, nor words that sound grave",
    )
    burst_seconds: float = Field(1.5, ge=0, le=10, description="messages of one person closer together than this are answered together")
    session_idle_minutes: int = Field(30, ge=1, description="minutes without a click after which a staff session ends")
    session_hours: int = Field(12, ge=1, description="hours after which a staff session ends in any case")
    oidc_issuer: str | None = Field(
        None,
        description="issuer of the organisation's own sign-in (OpenID Connect), exactly as it names itself; absent: password and passkeys",
    )
    oidc_client_id: str | None = Field(
        None, description="what that sign-in calls this service; its way back is …/staff/sign-in/organisation/back"
    )
    oidc_client_secret: SecretStr | None = Field(None, description="the secret it gave this service")
    oidc_name: str = Field("Sign in with your organisation", description="words on the button that leads there")
    _key: bytes | None = PrivateAttr(None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment counts first, then `.env`, then files of secrets."""
        secret = {name.removeprefix(secret_files.PREFIX).lower(): value for name, value in secret_files.given().items()}
        return init_settings, env_settings, dotenv_settings, InitSettingsSource(settings_cls, secret)

    @field_validator("data_key")
    @classmethod
    def _data_key_is_32_bytes(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            Plain().unwrap(value.get_secret_value().encode())
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_one_we_speak(cls, value: str) -> str:
        try:
            known = make_url(value).drivername in ("sqlite", "postgresql+psycopg")
        except (ArgumentError, ValueError):
            known = False
        if not known:
            # The address may hold a password, so it is not quoted.
            raise ValueError("must be sqlite:///path or postgresql+psycopg://user:password@host/name")
        return value

    @field_validator("listen")
    @classmethod
    def _listen_has_a_port(cls, value: str) -> str:
        _, colon, port = value.rpartition(":")
        if not (colon and port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError(f"must be address:port, for example 127.0.0.1:8080, and is {value!r}")
        return value

    @field_validator("oidc_issuer", "nlu_url", "public_url", "telegram_base_url", "telegram_webhook_url", "whatsapp_base_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
            raise ValueError(f"must begin with http:// or https:// and a host, and is {value!r}")
        return value

    @field_validator("embed_on")
    @classmethod
    def _sites_are_origins(cls, value: str) -> str:
        for site in value.split():
            if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", site):
                raise ValueError(f"must be addresses such as https://www.school.example, without a path or *, and one is {site!r}")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret_is_one_telegram_takes(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            # The secret is not quoted.
            raise ValueError("must be 1 to 256 characters of A-Z, a-z, 0-9, _ and -, which is all that Telegram sends back")
        return value

    @field_validator("drill_at", "backup_at")
    @classmethod
    def _time_of_day(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
            raise ValueError(f"must be a time of day like 03:30, and is {value!r}")
        return value

    @field_validator("time_zone")
    @classmethod
    def _time_zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"there is no time zone {value!r}: write it like Europe/London")
        return value

    @model_validator(mode="after")
    def _complete_in_production(self) -> Settings:
        if self.mode == "production":
            there = {"data_key": self.has_data_key, "public_url": self.public_url is not None}
            missing = [f"BREAKWATER_{name.upper()}" for name, given in there.items() if not given]
            if missing:
                raise ValueError(f"production mode needs {', '.join(missing)}")
            if not str(self.public_url).startswith("https://"):
                raise ValueError(
                    "BREAKWATER_PUBLIC_URL needs https in production mode, or anybody on the way can read along: "
                    "put a reverse proxy with a certificate in front, and give its https:// address"
                )
        if self.data_key and self.data_key_file:
            raise ValueError("BREAKWATER_DATA_KEY and BREAKWATER_DATA_KEY_FILE are both set: which of them is the key? Leave one out")
        if self.backup_at and not self.backup_folder:
            raise ValueError("BREAKWATER_BACKUP_AT needs BREAKWATER_BACKUP_FOLDER beside it")
        if self.telegram_webhook_url and not self.telegram_webhook_secret:
            raise ValueError("BREAKWATER_TELEGRAM_WEBHOOK_URL needs BREAKWATER_TELEGRAM_WEBHOOK_SECRET beside it")
        theirs = {f"BREAKWATER_WHATSAPP_{name}": getattr(self, f"whatsapp_{name.lower()}") for name in _OF_WHATSAPP}
        given, missing = [name for name in theirs if theirs[name]], [name for name in theirs if not theirs[name]]
        if given and missing:
            raise ValueError(f"{given[0]} needs {', '.join(missing)} beside it")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("BREAKWATER_OIDC_ISSUER needs BREAKWATER_OIDC_CLIENT_ID and BREAKWATER_OIDC_CLIENT_SECRET beside it")
        if self.mode == "production" and self.oidc_issuer and not self.oidc_issuer.startswith("https://"):
            raise ValueError("BREAKWATER_OIDC_ISSUER needs https in production mode, or anybody on the way can say who signs in")
        return self

    @property
    def has_data_key(self) -> bool:
        """Whether a data key is set, one way or the other."""
        return self.data_key is not None or self.data_key_file is not None

    def key_bytes(self) -> bytes:
        """The 32 bytes of the data key. Raises `SettingsError` where none is set, or its file cannot be opened."""
        if self._key is None:
            self._key = self._read_key()
        return self._key

    def _read_key(self) -> bytes:
        if self.data_key is not None:
            return Plain().unwrap(self.data_key.get_secret_value().encode())
        if self.data_key_file is None:
            raise SettingsError("BREAKWATER_DATA_KEY is not set: make one with `breakwater new-key` and keep it safe")
        try:
            return keeping(self.data_key_command).unwrap(Path(self.data_key_file).read_bytes())
        except OSError as error:
            raise SettingsError(f"BREAKWATER_DATA_KEY_FILE cannot be read ({type(error).__name__}): check name and rights") from None
        except KeyUnavailable as error:
            raise SettingsError(f"BREAKWATER_DATA_KEY_FILE: {error}") from None

    @property
    def talks_on_telegram(self) -> bool:
        """Whether staff may hold conversations on Telegram; in production only where it was asked for."""
        return self.mode == "demo" if self.telegram_conversations is None else self.telegram_conversations

    def shown(self, name: str) -> str:
        """A setting's value as it may be printed: no secret, no password."""
        value = getattr(self, name)
        if name == "database_url":
            return make_url(value).render_as_string(hide_password=True)
        return "" if value is None else str(value)

    @property
    def host_and_port(self) -> tuple[str, int]:
        host, _, port = self.listen.rpartition(":")
        return host or "127.0.0.1", int(port)


_OF_WHATSAPP = ("TOKEN", "PHONE_ID", "APP_SECRET", "VERIFY_TOKEN")


def load_settings() -> Settings:
    """Read the settings. Raises `SettingsError` with one clear line where one is missing or malformed."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"BREAKWATER_{str(first['loc'][0]).upper()}: " if first["loc"] else ""
        message = first["msg"].removeprefix("Value error, ")
        raise SettingsError(message if message.startswith("BREAKWATER_") else f"{name}{message}") from None


@cache
def setting_names() -> tuple[str, ...]:
    """The environment names of all settings, in order."""
    return tuple(f"BREAKWATER_{name.upper()}" for name in Settings.model_fields)

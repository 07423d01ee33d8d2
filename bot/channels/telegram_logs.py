"""Keeping the token and people's words out of the logs of the libraries under the Telegram channel."""

from __future__ import annotations

import logging

_HTTP = ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "httpcore.proxy")
_SILENT = logging.CRITICAL + 1


class Redacted(logging.Filter):
    """Takes the token out of every line of a logger."""

    def __init__(self, token: str) -> None:
        super().__init__()
        self._token = token

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if self._token in line:
            record.msg, record.args = line.replace(self._token, "<token>"), ()
        return True


def tame(token: str) -> None:
    """Quieten the libraries: httpx names the token at INFO; python-telegram-bot quotes whole messages, up to CRITICAL.

    What matters of the latter reaches this program as exceptions, and is logged by it without words.
    """
    for name in _HTTP:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.addFilter(Redacted(token))
    logging.getLogger("telegram").setLevel(_SILENT)

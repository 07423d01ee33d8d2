"""Keeping tokens and people's words out of the logs of the libraries under a channel."""

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


def tame(token: str, *libraries: str) -> None:
    """Quieten httpx, which names addresses at INFO, and these libraries, which quote whole messages: python-telegram-bot up to
    CRITICAL, pywa at DEBUG.

    What matters of the latter reaches this program as exceptions, and is logged by it without words.
    """
    for name in _HTTP:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        logger.addFilter(Redacted(token))
    for name in libraries:
        logging.getLogger(name).setLevel(_SILENT)

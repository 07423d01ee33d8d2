"""The program's log: one JSON object a line on standard error, made of a few allowed fields. Words, tokens and addresses have no field (S72).

What a library says in its own words is not written, only where it said so: such lines quote tokens, payloads and parameters.
"""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

FIELDS = frozenset({"timestamp", "level", "logger", "event", "error", "place"})
"""All that a line may hold."""

SPEAKING = ("bot", "escalation", "nlu", "content", "uvicorn")
"""Whose sentences are written: our own, and the web server's, which says why it cannot start."""

_NO_FIELDS = frozenset({"message", "asctime"})
"""What another handler of the same line left on it."""

dropped: Counter[str] = Counter()
"""How often a field that is not allowed was dropped, by its name."""


def set_up(level: int = logging.INFO, stream: TextIO | None = None) -> logging.Handler:
    """Write every logger's lines of this level and above, libraries' from WARNING on unless `level` is DEBUG. Returns the handler."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder()],
            processors=[_without_libraries_words, _kind_and_place, _only_allowed, _stamp, structlog.processors.JSONRenderer()],
        )
    )
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level if level == logging.DEBUG else logging.WARNING)
    for name in SPEAKING:
        logging.getLogger(name).setLevel(level)
    return handler


_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)


def _without_libraries_words(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    record: logging.LogRecord = line["_record"]
    if record.name.partition(".")[0] not in SPEAKING:
        line["event"] = "a library has something to say"
        line["place"] = f"{Path(record.pathname).name}:{record.lineno}"
    return line


def _kind_and_place(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """An error without its message, which may hold words."""
    found = line.pop("exc_info", None)
    if isinstance(found, tuple) and found[0] is not None:
        line["error"], line["place"] = found[0].__name__, _last(found[2])
    line.pop("stack_info", None)
    return line


def _only_allowed(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    for name in line.keys() - FIELDS - _NO_FIELDS:
        if not name.startswith("_"):
            dropped[name] += 1
    return {name: value for name, value in line.items() if name in FIELDS}


def _last(trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""

"""A PostgreSQL server for the trials that run on it."""

from tests.postgres import postgres

__all__ = ["postgres"]

"""What all tables share: one metadata, and how Python values are stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Boolean, Integer, LargeBinary
from sqlalchemy.orm import DeclarativeBase

from escalation.record.times import UtcDateTime

Sequence = BigInteger().with_variant(Integer, "sqlite")


class Table(DeclarativeBase):
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime(),
        bytes: LargeBinary(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        bool: Boolean(),
    }

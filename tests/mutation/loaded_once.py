"""A pytest plugin for mutmut, which forks one process after another: what takes seconds to load and is not changed is loaded once."""

from __future__ import annotations

from functools import cache
from typing import Any

from content.editorial import library
from nlu.noticing import Noticing

library.load = cache(library.load)
_load: Any = Noticing.load
Noticing.load = cache(_load)  # type: ignore[method-assign]

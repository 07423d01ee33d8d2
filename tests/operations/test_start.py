"""What a start does not wait for."""

from __future__ import annotations

import gc
import subprocess
import sys

from bot.garbage import leave_words_alone, loading


def test_a_start_loads_no_library_of_an_app_that_is_not_set_up() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, bot.serving; print(*sys.modules)"], capture_output=True, text=True, check=True, timeout=120
    ).stdout.split()
    assert "bot.wiring" in loaded
    assert {"telegram", "pywa", "apprise", "textdescriptives"} & set(loaded) == set()


def test_garbage_is_searched_for_again_once_everything_is_loaded() -> None:
    with loading():
        assert not gc.isenabled()
        with loading():
            pass
        assert not gc.isenabled(), "parts are loaded within others"
    assert gc.isenabled()


def test_words_in_force_are_left_out_of_every_search() -> None:
    leave_words_alone()
    assert gc.get_freeze_count() > 0

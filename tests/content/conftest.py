"""A small library of our own, sound from end to end, that a test may break in one place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from content.editorial.check import check
from content.editorial.library import CONTENT
from content.editorial.problems import Problem

TODAY = date(2026, 11, 21)
REVIEWED = "status: draft\nfor: young people\nsources: [a source]\nreviewed_on: 2026-11-21\nreview_by: 2027-05-21\n"
FILES = {
    "guidance/wellbeing/sleep.yml": f"""topic: sleep
title: I can't sleep
{REVIEWED}help: [samaritans]
steps:
  start:
    say:
    - Lots of people lie awake at night. It can feel lonely.
    - What keeps you up?
    easy:
    - Lots of people can't sleep.
    buttons:
    - {{label: My thoughts, go: thoughts}}
    - {{label: Talk to a person, go: "do:talk"}}
  thoughts:
    say:
    - You could write the thought down, and look at it in the morning.
    buttons:
    - {{label: Back, go: start}}
    - {{label: More about sleep, go: "topic:sleep"}}
""",
    "messages/conversation.yml": f"""group: conversation
{REVIEWED}messages:
  limits:
    about: The first words. {{bot_name}} is what the bot is called.
    say: ["I'm {{bot_name}}. If someone could get badly hurt, we may have to tell someone. We'd try to tell you first."]
""",
    "crisis/suicide.yml": f"""category: suicide
{REVIEWED}plain: not wanting to be alive
plain_other: someone who doesn't want to be alive
reason: Suicidal thoughts were spoken of
guidance: sleep
myself:
  concern:
    say: [Thank you for telling me. You don't have to carry this alone.]
someone_else:
  concern:
    say: [Thank you for telling me. You don't have to fix this alone.]
help: [samaritans, papyrus]
""",
    "helplines/uk.yml": """area: uk
title: The UK
note: These work wherever you are. In danger, call 999.
contacts:
- {id: samaritans, name: Samaritans, does: Someone to listen., call: 116 123, hours: always, source: a list, checked_on: 2026-11-21, confirmed_by_organisation: true}
- {id: papyrus, name: Papyrus, does: Talk about suicide., call: 0800 068 4141, hours: always, source: a list, checked_on: 2026-11-21, confirmed_by_organisation: true}
""",
    "canned_replies/first.yml": f"""group: first
{REVIEWED}replies:
- {{id: hello, title: Hello, say: "Hi, I'm here now. You can call Samaritans on 116 123 too."}}
""",
    "intents/sleep.yml": """version: "3.1"
nlu:
- intent: sleep
  metadata: {level: none, subject: self, writer: w01}
  examples: |
    - i cant sleep
    - why do i wake up at 3
""",
}

Change = Callable[[str, str, str], None]
Check = Callable[..., list[Problem]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policy").mkdir()
    shutil.copy(CONTENT / "taxonomy.yml", tmp_path)
    shutil.copy(CONTENT / "policy" / "wording.yml", tmp_path / "policy")
    shutil.copy(CONTENT / "policy" / "rota.yml", tmp_path / "policy")
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def change(folder: Path) -> Change:
    """Replace one piece of a file; an empty old piece means that the new one is added at the end."""

    def changing(name: str, old: str, new: str) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} has no {old!r}"
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")

    return changing


@pytest.fixture
def found(folder: Path) -> Check:
    """What the check finds in the small library, without the files that it lacks on purpose."""

    def checking(**given: object) -> list[Problem]:
        problems = check(folder, **{"today": TODAY, "actions": {"talk"}, **given})  # type: ignore[arg-type]
        return [problem for problem in problems if problem.file.exists()]

    return checking

"""`breakwater understand --jsonl`, as other people's scripts call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

COMMAND = str(Path(sys.executable).parent / "breakwater")
HARM = "my stepdad hits me when hes drunk and i hide in my room"


def understand(lines: list[dict[str, Any]], *options: str, url: str = "http://127.0.0.1:9") -> list[dict[str, Any]]:
    text = "\n".join(json.dumps(line) for line in lines)
    done = subprocess.run(
        [COMMAND, "understand", "--jsonl", *options],
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "BREAKWATER_NLU_URL": url},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_line_gets_its_answer_in_order(nlu_service_url: str) -> None:
    answers = understand(
        [
            {"id": "a", "text": "how do i know if someone is grooming me?"},
            {"id": "b", "text": HARM, "age_band": "13_15"},
            {"id": 3, "text": ""},
        ],
        url=nlu_service_url,
    )
    assert [answer["id"] for answer in answers] == ["a", "b", 3]
    assert answers[0]["topic"] == "grooming_signs"
    assert answers[1]["risk"]["level"] in ("concern", "urgent")
    assert "home_abuse" in answers[1]["risk"]["categories"]
    assert answers[1]["risk"]["subject"] == "self"
    assert answers[2]["risk"]["level"] == "none"


def test_evidence_points_into_the_text_by_code_points(nlu_service_url: str) -> None:
    text = "😭😭 " + HARM
    (answer,) = understand([{"id": 1, "text": text}], url=nlu_service_url)
    spans = [item for item in answer["risk"]["evidence"] if item["source"] == "lexicon"]
    assert any("hits me" in text[item["start"] : item["end"]] for item in spans)
    assert all(item["why"] and item["source"] in ("lexicon", "model", "history") for item in answer["risk"]["evidence"])


def test_without_model_and_service_the_topic_is_unknown() -> None:
    answers = understand([{"id": 1, "text": HARM}, {"id": 2, "text": "hello"}], "--lexicon-only")
    assert [(answer["topic"], answer["confidence"]) for answer in answers] == [(None, 0), (None, 0)]
    assert answers[0]["risk"]["level"] in ("concern", "urgent")
    assert answers[1]["risk"]["level"] == "none"


def test_signs_in_earlier_messages_add_up() -> None:
    history = ["he got me a new phone", "hes older and has a car", "he says not to tell my mum about us"]
    (answer,) = understand([{"id": 1, "text": "been missing school to see him", "history": history}], "--lexicon-only")
    assert answer["risk"]["level"] in ("worry", "concern", "urgent")
    from_history = [item for item in answer["risk"]["evidence"] if item["source"] == "history"]
    assert from_history
    assert all(0 <= item["message"] < len(history) for item in from_history)
    assert all(history[item["message"]][item["start"] : item["end"]] for item in from_history)


def test_it_starts_the_service_itself_and_stops_it() -> None:
    url = "http://127.0.0.1:5978"
    (answer,) = understand([{"id": 1, "text": "is my chat private?"}], url=url)
    assert answer["topic"] == "confidentiality"
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"{url}/status", timeout=2)


@pytest.mark.parametrize(
    ("line", "told"),
    [("{", "line 1"), ('{"id": 1}', "line 1: text"), ('{"id": 1, "text": 5}', "line 1: text")],
    ids=["no JSON", "no text", "text is no text"],
)
def test_a_malformed_line_is_named(line: str, told: str) -> None:
    done = subprocess.run([COMMAND, "understand", "--jsonl", "--lexicon-only"], input=line, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr

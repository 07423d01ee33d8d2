"""The intent service as its callers meet it: over HTTP, and refusing weights it does not know."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "nlu" / "service"
PYTHON = SERVICE / ".venv" / "bin" / "python"
LEVELS = ["none", "worry", "concern", "urgent", "immediate"]


def parse(url: str, text: str) -> dict[str, Any]:
    """The service's answer to one message; a lone surrogate passes as JSON's own escape."""
    body = json.dumps({"text": text}).encode()
    response = httpx.post(f"{url}/model/parse", content=body, headers={"content-type": "application/json"}, timeout=20)
    response.raise_for_status()
    return cast(dict[str, Any], response.json())


def trained_topics() -> set[str]:
    """Topics that the training data knows."""
    files = (ROOT / "content" / "intents").rglob("*.yml")
    return {group["intent"] for file in files for group in yaml.safe_load(file.read_text("utf-8"))["nlu"]}


def assert_whole(answer: dict[str, Any]) -> None:
    """An answer has every part of the contract, and every number is a probability."""
    risk = answer["risk"]
    assert list(risk["levels"]) == LEVELS
    assert list(risk["at_least"]) == LEVELS[1:]
    assert len(risk["categories"]) == 24
    assert set(risk["subject"]) == {"self", "other", "general"}
    parts = [risk[name] for name in ("levels", "at_least", "categories", "subject", "signs")]
    assert all(0 <= chance <= 1 for part in [*parts, {"together": risk["together"]}] for chance in part.values())
    assert sum(risk["levels"].values()) == pytest.approx(1, abs=0.001)
    assert sum(risk["subject"].values()) == pytest.approx(1, abs=0.001)
    assert answer["intent"] == answer["intent_ranking"][0]


def test_an_answer_has_topic_and_risk(nlu_service_url: str) -> None:
    answer = parse(nlu_service_url, "my stepdad hits me when mum is at work")
    assert_whole(answer)
    assert answer["risk"]["at_least"]["concern"] > 0.25


def test_a_graver_level_is_never_likelier_than_a_milder_one(nlu_service_url: str) -> None:
    for text in ("hello", "im on the bridge", "he made me send pics", "can i have a dog"):
        chances = list(parse(nlu_service_url, text)["risk"]["at_least"].values())
        assert chances == sorted(chances, reverse=True)


def test_every_topic_is_ranked(nlu_service_url: str) -> None:
    ranking = parse(nlu_service_url, "hello")["intent_ranking"]
    confidences = [topic["confidence"] for topic in ranking]
    assert {topic["name"] for topic in ranking} == trained_topics()
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("text", ["", "   ", "\n", "\x00\x07\x1b[31m", "\ud83d", "😭😭", "\u202e\u200b", "1", "ا" * 3000])
def test_any_text_gets_an_answer(nlu_service_url: str, text: str) -> None:
    assert_whole(parse(nlu_service_url, text))


def test_an_empty_message_carries_no_risk(nlu_service_url: str) -> None:
    assert parse(nlu_service_url, "")["risk"]["levels"]["none"] == 1


@pytest.mark.parametrize("filler", ["x", "word ", "i went to the shop and bought some bread. "])
def test_a_huge_message_is_bounded(nlu_service_url: str, filler: str) -> None:
    text = (filler * 100_000)[:100_000]
    answer = parse(nlu_service_url, text)
    assert_whole(answer)


def test_the_end_of_a_long_message_counts(nlu_service_url: str) -> None:
    ending = "and i have taken all the tablets and i want to die"
    text = "we went to the park and it was sunny. " * 400 + ending
    with_it, without = (parse(nlu_service_url, said)["risk"]["at_least"]["concern"] for said in (text, text.removesuffix(ending)))
    assert with_it > 0.34 > without, "what the policy offers an adult at, without any phrase"


@pytest.mark.parametrize("text", ["/greet", '/greet{"name": "x"}', "/delete_my_data@1.0"])
def test_a_leading_slash_is_no_command(nlu_service_url: str, text: str) -> None:
    answer = parse(nlu_service_url, text)
    assert len(answer["intent_ranking"]) > 1
    assert_whole(answer)


def test_the_words_are_not_echoed(nlu_service_url: str) -> None:
    assert "zanzibar" not in json.dumps(parse(nlu_service_url, "my zanzibar secret"))


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in the service's own environment."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{SERVICE}"}
    command = [str(PYTHON), "-c", code, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    code = """
import sys, pathlib
from components.weights import PACKAGE_SHA256, package_folder, verified
copy = pathlib.Path(sys.argv[1])
content = bytearray((package_folder() / "model.safetensors").read_bytes())
content[-1] ^= 1
copy.write_bytes(content)
verified(copy, PACKAGE_SHA256)
"""
    result = run_python(code, str(tmp_path / "model.safetensors"))
    assert result.returncode != 0
    assert "WrongWeights" in result.stderr
    assert "not using it" in result.stderr


def test_labels_come_from_group_and_example() -> None:
    code = """
from components.risk_labels import label_of
group = {"level": "urgent", "categories": ["bullying"], "subject": "other", "writer": "w01"}
assert label_of({"intent": group}).level == "urgent"
assert label_of({"intent": group, "example": {"level": "worry"}}).level == "worry"
assert label_of({"intent": group, "example": {"level": "worry"}}).subject == "other"
assert label_of({}) is None
try:
    label_of({"intent": {**group, "categories": ["bulying"]}})
except ValueError as error:
    assert "bulying" in str(error)
else:
    raise AssertionError("an unknown category passed")
"""
    result = run_python(code)
    assert result.returncode == 0, result.stderr


def test_the_vocabulary_is_the_trained_one() -> None:
    code = "from components.risk_labels import *; print(*CATEGORIES); print(*LEVELS)"
    categories, levels = run_python(code).stdout.splitlines()
    files = (ROOT / "content" / "intents").rglob("*.yml")
    groups = [group["metadata"] for file in files for group in yaml.safe_load(file.read_text("utf-8"))["nlu"]]
    assert {name for group in groups for name in group.get("categories", [])} <= set(categories.split())
    assert levels.split() == LEVELS

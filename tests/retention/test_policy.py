"""The retention policy: each class has a period with a reason, mistakes are told by line, and production waits for a confirmation."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
import yaml

from bot.policy_check import policy_problems
from bot.service import load_service
from bot.settings import Settings, SettingsError
from content.editorial.library import CONTENT
from content.editorial.reading import ContentError, read_file
from escalation.case import Stage
from escalation.record import tables
from escalation.record.retention.policy import CaseFacts, Confirmed, RetentionPolicy

FILE = CONTENT / "policy" / "retention.yml"
CLOSED = datetime(2026, 11, 1, tzinfo=UTC)
TALKED = CaseFacts(
    stage=Stage.CLOSED,
    outcome="guidance_given",
    categories=("bullying",),
    flags=(),
    age_band="13_15",
    drill=False,
    undecided=False,
    adult_took_part=True,
    shared_without_agreement=False,
    about_staff=False,
    closed_at=CLOSED,
    last_event_at=CLOSED,
)


@pytest.fixture
def policy() -> RetentionPolicy:
    return read_file(FILE, RetentionPolicy)


@pytest.mark.rule("S70")
def test_every_class_of_the_data_map_has_a_period() -> None:
    data_map = yaml.safe_load((Path(tables.__file__).parents[1] / "data_map.yml").read_text())
    named = {rule["policy"] for name, rule in data_map["retention"].items() if name != "installation"}
    assert named <= set(RetentionPolicy.model_fields)


@pytest.mark.rule("S70")
@pytest.mark.parametrize("part", ["chat", "cases", "complaint", "audit", "insight", "staff", "rota", "traces"])
def test_a_period_that_is_missing_is_named(tmp_path: Path, part: str) -> None:
    written = yaml.safe_load(FILE.read_text())
    del written[part]
    path = tmp_path / "retention.yml"
    path.write_text(yaml.safe_dump(written))
    with pytest.raises(ContentError, match=rf"retention\.yml:\d+: {part} is missing"):
        read_file(path, RetentionPolicy)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("days: 365", "days: 365\n  years: 1", "give years or days, one of the two"),
        ("days: 365", "days: 0", "greater than or equal to 1"),
        ("days: 365", "weeks: 3", "not a known field"),
        ("years: 75", "years: 750", "less than or equal to 100"),
        ("asked: keep", "asked: perhaps", "'erase' or 'keep'"),
        ("why: The time for legal claims.", "why: because", "at least 20 characters"),
        ("image_abuse,", "imageabuse,", "there is no 'imageabuse' in taxonomy.yml"),
    ],
)
def test_a_mistake_is_told_by_the_content_check_with_file_and_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    for name in ("policy", "messages"):
        copytree(CONTENT / name, tmp_path / name)
    (tmp_path / "taxonomy.yml").write_text((CONTENT / "taxonomy.yml").read_text())
    text = FILE.read_text()
    assert old in text
    (tmp_path / "policy" / "retention.yml").write_text(text.replace(old, new, 1))
    found = [str(problem) for problem in policy_problems(tmp_path) if problem.file.name == "retention.yml"]
    assert any(says in problem for problem in found), found


@pytest.mark.rule("S70")
def test_production_does_not_start_before_somebody_confirmed_the_periods(policy: RetentionPolicy) -> None:
    assert not policy.confirmed, "what is shipped is a proposal"
    settings = Settings(_env_file=None, mode="production", data_key="A" * 43 + "=", public_url="https://chat.example.org")
    with pytest.raises(SettingsError, match="retention periods that somebody confirmed"):
        load_service(settings)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "with_adult"),
        ({"adult_took_part": False}, "no_adult"),
        ({"outcome": "referred"}, "referred"),
        ({"outcome": "emergency_services"}, "referred"),
        ({"shared_without_agreement": True}, "referred"),
        ({"outcome": "mistaken_flag", "categories": ("sexual_abuse",)}, "mistaken"),
        ({"outcome": "mistaken_flag", "about_staff": True}, "allegation"),
        ({"categories": ("sexual_abuse",)}, "child_sexual_abuse"),
        ({"categories": ("sexual_abuse",), "age_band": "unknown"}, "child_sexual_abuse"),
        ({"categories": ("sexual_abuse",), "age_band": "18_25"}, "with_adult"),
        ({"categories": ("sexual_abuse",), "flags": ("position_of_trust",)}, "child_sexual_abuse"),
        ({"flags": ("position_of_trust",)}, "allegation"),
        ({"drill": True, "categories": ("sexual_abuse",)}, "drill"),
    ],
)
def test_the_longest_period_that_fits_counts(policy: RetentionPolicy, changes: dict[str, object], kind: str) -> None:
    facts = replace(TALKED, **changes)  # type: ignore[arg-type]
    assert policy.kind(facts) == kind
    assert policy.expires(facts) == CLOSED + policy.cases.of(policy.kind(facts)).length


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.LIVE, Stage.PAUSED, Stage.CLOSING, Stage.FOLLOW_UP])
def test_an_open_case_has_no_end(policy: RetentionPolicy, stage: Stage) -> None:
    assert policy.expires(replace(TALKED, stage=stage)) is None
    assert policy.expires(replace(TALKED, undecided=True)) is None


def test_an_offer_that_nobody_took_up_ends_by_what_happened_last(policy: RetentionPolicy) -> None:
    later = CLOSED + timedelta(days=5)
    facts = replace(TALKED, stage=Stage.REFUSED, adult_took_part=False, closed_at=None, last_event_at=later)
    assert policy.expires(facts) == later + policy.cases.no_adult.length


def test_the_version_changes_with_what_the_policy_says(policy: RetentionPolicy) -> None:
    assert policy.version == read_file(FILE, RetentionPolicy).version
    assert policy.model_copy(update={"hold_review_days": 7}).version != policy.version


def test_periods_count_as_confirmed_once_somebody_and_a_day_are_named() -> None:
    assert Confirmed(by="Jo Hart, data protection officer", on=date(2026, 11, 2))
    assert not Confirmed(by="Jo Hart, data protection officer")
    assert not Confirmed(by="  ", on=date(2026, 11, 2))


def test_a_concern_about_staff_is_kept_as_long_as_an_allegation_and_any_other_as_a_complaint(policy: RetentionPolicy) -> None:
    assert policy.concern_expires(True, CLOSED) == CLOSED + policy.cases.allegation.length
    assert policy.concern_expires(False, CLOSED) == CLOSED + policy.complaint.length
    assert policy.concern_expires(True, None) is None

"""The rota to other calendars and back, and the command line for it."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.cli import app
from bot.rehearsal.house import House
from escalation.record import duty
from escalation.record.duty import RotaError
from escalation.record.schema import upgrade
from escalation.record.store import Record, Tx
from escalation.rota import exchange
from escalation.rota.calendar import CalendarError, Planned, read, write
from escalation.rota.exchange import BroughtIn
from escalation.rota.spans import Span
from tests.conftest import KEY

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 10, 1, tzinfo=UTC)


def event(*lines: str) -> str:
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def file(*events: str) -> bytes:
    """An iCalendar file as other programs write it."""
    return "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Other//EN", *events, "END:VCALENDAR", "")).encode()


SAM_ON_SUNDAYS = event(
    "UID:a",
    "SUMMARY:Sam (back-up)",
    "DTSTART;TZID=Europe/London:20261011T180000",
    "DTEND;TZID=Europe/London:20261011T220000",
    "RRULE:FREQ=WEEKLY;UNTIL=20261101",
    "EXDATE;TZID=Europe/London:20261018T180000",
)


def local(planned: list[Planned]) -> list[str]:
    return [
        f"{one.name} {one.span.starts_at.astimezone(LONDON):%d %B %H:%M} to {one.span.ends_at.astimezone(LONDON):%H:%M}" for one in planned
    ]


def test_repeats_of_other_calendars_keep_their_local_time_and_their_exceptions() -> None:
    found = read(file(SAM_ON_SUNDAYS), LONDON, NOW)
    assert local(found) == ["Sam 11 October 18:00 to 22:00", "Sam 25 October 18:00 to 22:00", "Sam 01 November 18:00 to 22:00"]
    assert all(one.backup for one in found)


def test_times_without_a_zone_are_local_and_a_length_stands_for_an_end() -> None:
    found = read(file(event("SUMMARY:Alex", "DTSTART:20261012T220000", "DURATION:PT8H", "RRULE:FREQ=DAILY;COUNT=2")), LONDON, NOW)
    assert local(found) == ["Alex 12 October 22:00 to 06:00", "Alex 13 October 22:00 to 06:00"]


def test_what_is_over_or_cancelled_is_left_out() -> None:
    over = event("SUMMARY:Sam", "DTSTART:20260901T090000Z", "DTEND:20260901T170000Z")
    cancelled = event("SUMMARY:Sam", "STATUS:CANCELLED", "DTSTART:20261101T090000Z", "DTEND:20261101T170000Z")
    assert read(file(over, cancelled, SAM_ON_SUNDAYS), LONDON, NOW) == read(file(SAM_ON_SUNDAYS), LONDON, NOW)


TIMES = ("DTSTART:20261101T090000Z", "DTEND:20261101T170000Z")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no event in this file"),
        (b"hello", "no iCalendar file"),
        (b"\xff\xfe\x00", "no iCalendar file"),
        (file(), "no event in this file"),
        (file(event(*TIMES)), "no title"),
        (file(event("SUMMARY:Sam")), "Sam: the event has no start or no end"),
        (file(event("SUMMARY:Sam", "DTSTART;VALUE=DATE:20261101")), "Sam: an event of whole days"),
        (file(event("SUMMARY:Sam", "DTSTART:20261101T170000Z", "DTEND:20261101T090000Z")), "ends before it begins|no start or no end"),
        (file(event("SUMMARY:Sam", *TIMES, "RECURRENCE-ID:20261101T090000Z")), "changed by itself"),
        (file(event("SUMMARY:Sam", *TIMES, "RRULE:nonsense")), "repeats cannot be read"),
        (file(event("SUMMARY:Sam", *TIMES, "RRULE:FREQ=SECONDLY")), "more than 400 times"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(data: bytes, why: str) -> None:
    with pytest.raises(CalendarError, match=why):
        read(data, LONDON, NOW)


MOMENTS = st.datetimes(min_value=datetime(2026, 10, 2), max_value=datetime(2027, 9, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
NAMES = st.from_regex(r"[A-Za-zÀ-ÿ'][A-Za-zÀ-ÿ' ,;\\-]{0,60}[A-Za-zÀ-ÿ]", fullmatch=True).map(lambda name: " ".join(name.split()))
# The library writes a backslash before a capital N as the end of a line; nobody is called so.
NAMES = NAMES.filter(lambda name: "\\N" not in name)


@given(
    st.builds(
        lambda at, hours, name, backup: Planned(name, Span(at, at + timedelta(hours=hours)), backup, "x"),
        MOMENTS,
        st.integers(1, 30),
        NAMES,
        st.booleans(),
    )
)
def test_what_was_written_reads_back_as_it_was(planned: Planned) -> None:
    assert read(write([planned], "Harbour Youth; Plymouth", NOW), LONDON, NOW) == [planned]


def bring_in(house: House, data: bytes) -> BroughtIn:
    return house.record.write(lambda tx: exchange.bring_in(tx, house.service, data, house.clock()))


def in_november(name: str, day: int, backup: str = "") -> str:
    return event(f"SUMMARY:{name}{backup}", f"DTSTART:202611{day}T090000Z", f"DTEND:202611{day}T170000Z")


@pytest.mark.rule("S67")
def test_what_cannot_be_is_left_out_and_named_and_the_same_file_twice_changes_nothing(staffed: House) -> None:
    staffed.hire("Mo")
    staffed.record.write(lambda tx: setattr(_one(tx, "Mo"), "trained_until", None))
    data = file(
        in_november("Sam", 24),
        in_november("Alex", 24, " (back-up)"),
        in_november("Mo", 24),
        in_november("Nobody", 25),
        event("SUMMARY:Sam", "DTSTART:20261123T100000Z", "DTEND:20261123T120000Z"),
    )
    done = bring_in(staffed, data)
    assert (done.added, done.known) == (2, 0)
    assert [why.partition(":")[0] for _, why in done.left_out] == [
        "Sam is on the rota already at that time",
        "Mo has no current vetting and training date for that day",
        "there is no member of staff named 'Nobody'",
    ]
    again = bring_in(staffed, data)
    assert (again.added, again.known, len(again.left_out)) == (0, 2, 3)


def test_a_file_that_cannot_be_read_adds_nothing(staffed: House) -> None:
    with pytest.raises(RotaError, match="no title"):
        bring_in(staffed, file(in_november("Sam", 25), event(*TIMES)))
    assert (
        staffed.record.read(lambda tx: len(duty.covered(tx, datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC)))) == 0
    )


def test_what_one_service_exports_another_imports(staffed: House) -> None:
    data = staffed.record.read(lambda tx: exchange.export(tx, staffed.service, staffed.clock()))
    before = staffed.record.read(lambda tx: duty.staffing_now(tx, staffed.clock()))
    for name in ("Sam", "Alex"):
        staffed.leaves_the_rota(name)
    assert bring_in(staffed, data).added == 2
    assert staffed.record.read(lambda tx: duty.staffing_now(tx, staffed.clock())) == before


Run = Callable[..., list[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The command line on a database of its own, where Sam Reed may be on the rota."""
    url = f"sqlite:///{tmp_path / 'breakwater.db'}"
    upgrade(url)
    others = {name: None for name in os.environ if name.startswith("BREAKWATER_")}
    settings = others | {"BREAKWATER_DATABASE_URL": url, "BREAKWATER_DATA_KEY": base64.b64encode(KEY).decode()}

    def invoke(*command: str, code: int = 0) -> list[str]:
        done = CliRunner().invoke(app, command, env=settings)
        assert done.exit_code == code, done.output
        return done.output.splitlines()

    invoke("staff", "add", "--name", "Sam Reed", "--role", "worker")
    record = Record(url, KEY)
    for column in ("vetted_until", "trained_until"):
        record.write(lambda tx, column=column: setattr(_one(tx, "Sam Reed"), column, datetime.now(UTC) + timedelta(days=300)))  # type: ignore[misc]
    record.close()
    return invoke


def test_the_command_line_adds_repeats_lists_exports_and_imports(run: Run, tmp_path: Path) -> None:
    day = (datetime.now(LONDON) + timedelta(days=2)).date()
    span = ("--worker", "Sam Reed", "--from", f"{day}T09:00", "--to", f"{day}T17:00")
    last = day + timedelta(days=20)
    [line] = run("rota", "add", *span, "--repeat", "weekly", "--until", f"{last}", "--backup")
    assert line.endswith(f"as back-up, each week until {last:%d %B %Y}: 3 shifts.")
    lines = run("rota", "list", "--days", "4")
    heading = next(number for number, line in enumerate(lines) if line.startswith(f"{day:%A %d %B %Y}"))
    assert lines[heading + 1 : heading + 4] == [
        "  Sam Reed  09:00 to 17:00  (back-up)",
        "  NOBODY  00:00 to 09:00",
        f"  NOBODY  17:00 to 00:00 on {day + timedelta(days=1):%d %B}",
    ]
    path = tmp_path / "rota.ics"
    run("rota", "export", str(path))
    assert run("rota", "import", str(path)) == ["0 shifts added, 3 were on the rota already, 0 left out."]


def test_the_command_line_says_what_is_wrong_in_one_line(run: Run, tmp_path: Path) -> None:
    span = ("--worker", "Sam Reed", "--from", "2026-12-01T09:00", "--to", "2026-12-01T17:00")
    broken = tmp_path / "broken.ics"
    broken.write_text("nonsense")
    assert run("rota", "add", *span, "--repeat", "weekly", code=1) == ["--repeat weekly and --until DAY go together: give both, or neither"]
    assert run("rota", "add", *span, "--until", "2027-01-01", code=1) == [
        "--repeat weekly and --until DAY go together: give both, or neither"
    ]
    assert run("rota", "add", *span, "--repeat", "weekly", "--until", "soon", code=1)[0].startswith("--until 'soon' is no day")
    assert run("rota", "import", str(broken), code=1)[0].startswith("this is no iCalendar file")
    assert run("rota", "import", str(tmp_path / "absent.ics"), code=1)[0].endswith("check its name")


def _one(tx: Tx, name: str) -> object:
    found = duty.staff_named(tx, name)
    assert found is not None
    return found

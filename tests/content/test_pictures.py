"""Pictures are drawings of our own: there, small, safe, and told in words to those who do not see them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from content.editorial import library
from content.editorial.library import CONTENT, Library
from content.editorial.pictures import MOST_BYTES, read_picture
from content.editorial.reading import ContentError
from tests.content.conftest import Change, Check

SCRIPT = "guidance/wellbeing/sleep.yml"
MOON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}<circle class="moon" cx="5" cy="5" r="3"/></svg>'
DARK = "<style>.moon { fill: #fc8 } @media (prefers-color-scheme: dark) { .moon { fill: #ca6 } }</style>"


def show(folder: Path, change: Change, drawing: str = MOON.format(DARK), picture: str = '{file: moon.svg, alt: "A moon."}') -> None:
    """Put a drawing into the small library, and let the script show it."""
    (folder / "pictures").mkdir()
    (folder / "pictures" / "moon.svg").write_text(drawing, encoding="utf-8")
    change(SCRIPT, "  start:\n", f"  start:\n    picture: {picture}\n")


def about_pictures(found: Check) -> list[str]:
    return [problem.what for problem in found() if "training messages" not in problem.what]


def test_a_drawing_for_light_and_dark_is_fine(folder: Path, change: Change, found: Check) -> None:
    show(folder, change)
    assert not about_pictures(found)
    assert read_picture(folder / "pictures" / "moon.svg") == MOON.format(DARK).encode()


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<script>alert(1)</script>", "may not hold <script>"),
        ('<rect onload="alert(1)"/>', "'onload' is not allowed"),
        ('<a href="https://example.org"/>', "may not hold <a>"),
        ('<image href="https://example.org/x.png"/>', "may not hold <image>"),
        ("<foreignObject/>", "may not hold <foreignObject>"),
        ('<path style="fill: red"/>', "'style' is not allowed"),
        ('<rect fill="url(https://example.org/x)"/>', "'url(' reaches outside"),
        ("<style>.moon { fill: u<!-- -->rl(//example.org) }</style>", "'url(' reaches outside"),
        ("<style>@import '//example.org'</style>", "'@import' reaches outside"),
        ("<style>.moon { fill: \\75rl(x) }</style>", "reaches outside"),
        ("<?run it?>", "may hold no instructions"),
        ("<g>", "not a valid SVG file"),
    ],
)
def test_a_drawing_that_could_run_or_reach_out_is_refused(inside: str, said: str, folder: Path, change: Change, found: Check) -> None:
    show(folder, change, MOON.format(inside))
    [problem] = [problem for problem in found() if problem.file.name == "moon.svg"]
    assert said in str(problem)
    assert (problem.severity, problem.line) == ("error", 1)
    assert problem.to_do


def test_a_drawing_that_names_entities_is_refused(folder: Path, change: Change, found: Check) -> None:
    show(folder, change, '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + MOON.format(""))
    assert about_pictures(found) == ["a picture may not declare a document type"]


def test_a_picture_of_twenty_megabytes_is_named_and_not_read(folder: Path, change: Change, found: Check) -> None:
    show(folder, change)
    path = folder / "pictures" / "moon.svg"
    with path.open("ab") as file:
        file.truncate(20 * 1024 * 1024)
    tracemalloc.start()
    with pytest.raises(ContentError, match=r"moon.svg:1: the picture has 20,971,520 bytes, and 8,192 are the most; draw it with fewer"):
        read_picture(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1024 * 1024
    assert about_pictures(found) == ["the picture has 20,971,520 bytes, and 8,192 are the most"]


def test_a_picture_that_is_not_there_is_named_at_the_step(folder: Path, change: Change, found: Check) -> None:
    show(folder, change)
    (folder / "pictures" / "moon.svg").unlink()
    [problem] = [problem for problem in found() if "picture" in problem.what]
    assert problem.what == "there is no picture 'moon.svg'"
    assert (folder / SCRIPT).read_text().splitlines()[problem.line - 1].startswith("    picture:")
    with pytest.raises(ContentError, match="there is no such picture"):
        library.load(folder)


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("{file: moon.svg}", "steps.start.picture.alt is missing"),
        ('{file: moon.svg, alt: " "}', "steps.start.picture.alt"),
        ("{file: moon.png, alt: A moon.}", "'moon.png' is no picture that can be shown"),
        ("{file: ../moon.svg, alt: A moon.}", "'../moon.svg' is no picture that can be shown"),
    ],
)
def test_a_picture_without_words_or_of_another_kind_is_refused(picture: str, said: str, folder: Path, change: Change, found: Check) -> None:
    show(folder, change, picture=picture)
    assert [problem.severity for problem in found() if said in problem.what] == ["error"]


def test_the_words_for_a_picture_keep_the_wording_rules(folder: Path, change: Change, found: Check) -> None:
    show(folder, change, picture='{file: moon.svg, alt: "A naughty moon."}')
    assert about_pictures(found) == ["guidance/wellbeing/sleep/start/picture: “naughty”: it talks down"]


def test_a_picture_that_nobody_sees_is_a_warning(folder: Path, found: Check) -> None:
    (folder / "pictures").mkdir()
    (folder / "pictures" / "star.svg").write_text(MOON.format(""))
    assert [problem.severity for problem in found() if "no script shows this picture" in problem.what] == ["warning"]


def test_the_shipped_pictures_are_small_and_shown_in_many_scripts(words: Library) -> None:
    showing = [topic for topic, script in words.scripts.items() if any(step.picture for step in script.steps.values())]
    assert len(showing) >= 15
    assert len(words.pictures) >= 12
    assert set(words.pictures) == {path.name for path in (CONTENT / "pictures").iterdir()}
    assert all(len(drawing) <= MOST_BYTES and b"prefers-color-scheme: dark" in drawing for drawing in words.pictures.values())

"""The desk's files: what is in force, its versions and its draft, compared, put back and taken out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.drafting import drafts
from bot.desk.drafting.drafts import Draft, Overtaken
from bot.desk.drafting.standing import is_signed
from bot.desk.drafting.stopping import is_script
from bot.desk.editing.comparing import Row, compared
from bot.desk.editing.merging import Part, merged, together
from bot.desk.library import labels, reading
from bot.desk.library.catalogue import STATUS
from bot.desk.library.reading import InForce, OnItsWay
from bot.desk.state import desk_of
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.policy_files import back_to, text_of_version
from escalation.console.problems import Problem
from escalation.console.routes.forms import Version
from escalation.console.state import Console
from escalation.insight.opinions import Opinion
from escalation.record.store import Tx
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_desk"))]
Editor = Annotated[SignedIn, Depends(Gate("edit_content"))]
DRAFT = "draft"

T = TypeVar("T")


@router.get("/desk/files/{key:path}/compare")
async def compare(request: Request, key: str, me: Reader, left: str = "", right: str = "") -> Response:
    console: Console = request.app.state.console

    def read(tx: Tx) -> tuple[InForce, dict[str, str], str, str, list[Row]]:
        file, found = reading.in_force(tx, key), drafts.of_key(tx, key)
        names = _names(file, found)
        sides = (left if left in names else str(file.version), right if right in names else next(iter(names)))
        texts = [found.text if found and side == DRAFT else _version(tx, key, int(side)) for side in sides]
        return file, names, *sides, compared(*texts)

    file, names, left, right, rows = await console.record.aread(lambda tx: _known(lambda: read(tx)))
    return page(request, "desk_compare.html", me, file=file, names=names, left=left, right=right, rows=rows)


@router.get("/desk/files/{key:path}/way")
async def way(request: Request, key: str, me: Reader) -> Response:
    """The part of the page that changes while a draft is being published."""
    return await _shown(request, key, me, "desk_way.html")


@router.post("/desk/files/{key:path}/draft")
async def begin(request: Request, key: str, me: Editor) -> Response:
    console: Console = request.app.state.console
    draft = await console.record.awrite(lambda tx: _known(lambda: _open(tx, key, me, console.clock())))
    return redirect(request, f"/desk/drafts/{draft.id}/edit")


@router.post("/desk/files/{key:path}/retire")
async def retire(request: Request, key: str, me: Editor) -> Response:
    console: Console = request.app.state.console

    def take_out(tx: Tx) -> Draft:
        draft = _open(tx, key, me, console.clock())
        return drafts.retire(tx, draft.id, draft.revision, me.staff_id, console.clock())

    await console.record.awrite(lambda tx: _known(lambda: take_out(tx)))
    return redirect(request, f"/desk/files/{key}")


@router.post("/desk/files/{key:path}/back")
async def back_as_draft(request: Request, key: str, me: Editor, version: Version) -> Response:
    """An earlier version as the text of a new draft; one that somebody writes already is not overwritten."""
    console: Console = request.app.state.console

    def put(tx: Tx) -> None:
        text, there = _version(tx, key, version), drafts.of_key(tx, key)
        if there and there.text not in (drafts.in_force(tx, key), text):
            raise Problem(409, "somebody is writing a draft of this file: publish or drop it first, then go back")
        draft = _open(tx, key, me, console.clock())
        drafts.save(tx, draft.id, text, draft.revision, me.staff_id, console.clock())
        drafts.annotate(tx, draft.id, back_to(version))

    await console.record.awrite(lambda tx: _known(lambda: put(tx)))
    return redirect(request, f"/desk/files/{key}")


@router.get("/desk/files/{key:path}/together")
async def show_together(request: Request, key: str, me: Editor) -> Response:
    console: Console = request.app.state.console
    file, draft, parts = await console.record.aread(lambda tx: _known(lambda: _apart(tx, key)))
    return page(request, "desk_together.html", me, file=file, draft=draft, parts_of=parts, clashes=sum(part.clash for part in parts))


@router.post("/desk/files/{key:path}/together")
async def bring_together(request: Request, key: str, me: Editor, revision: Version, base: Version) -> Response:
    """The draft on top of what somebody else published meanwhile; where both changed a place, it was said what is to stand there."""
    console: Console = request.app.state.console
    chosen = [str(value) for name, value in sorted((await request.form()).items()) if name.startswith("clash-")]

    def put(tx: Tx) -> None:
        file, draft, parts = _apart(tx, key)
        if (draft.revision, file.version) != (revision, base):
            raise Problem(409, "one of them was changed once more meanwhile: look at both again")
        drafts.save(tx, draft.id, together(parts, chosen), revision, me.staff_id, console.clock(), base=base)

    try:
        await console.record.awrite(lambda tx: _known(lambda: put(tx)))
    except ValueError:
        raise Problem(422, "say of each place what is to stand there") from None
    except Overtaken:
        raise Problem(409, "somebody saved meanwhile: look at both again") from None
    return redirect(request, f"/desk/files/{key}")


@router.get("/desk/files/{key:path}")
async def show(request: Request, key: str, me: Reader) -> Response:
    return await _shown(request, key, me, "desk_file.html")


async def _shown(request: Request, key: str, me: SignedIn, template: str) -> Response:
    console: Console = request.app.state.console
    desk = desk_of(request)

    def read(tx: Tx) -> tuple[InForce, OnItsWay | None, list[tuple[str, Opinion]]]:
        file, draft = reading.in_force(tx, key), drafts.of_key(tx, key)
        return file, reading.on_its_way(tx, draft) if draft else None, reading.thoughts(tx, console.service, file)

    file, draft, thoughts = await console.record.aread(lambda tx: _known(lambda: read(tx)))
    return page(
        request,
        template,
        me,
        file=file,
        way=draft,
        desk=desk,
        thoughts=thoughts,
        live=desk.live_since(file.number) if file.number else None,
        signed=is_signed(key),
        can_stop=is_script(key),
        desk_labels=labels,
        status_words=STATUS,
        tomorrow=_tomorrow(console),
        seconds=lambda moment: f"{moment.astimezone(console.service.zone):%H:%M:%S}",
    )


def _apart(tx: Tx, key: str) -> tuple[InForce, Draft, list[Part]]:
    """The file, its draft, and both as parts from the version that the draft was begun from. Raises `KeyError` without a draft."""
    file, draft = reading.in_force(tx, key), drafts.of_key(tx, key)
    if draft is None:
        raise KeyError(key)
    return file, draft, merged(_version_or_nothing(tx, key, draft.base), draft.text, file.text or "")


def _open(tx: Tx, key: str, me: SignedIn, now: datetime) -> Draft:
    reading.in_force(tx, key)
    return drafts.open_draft(tx, key, me.staff_id, now)


def _version(tx: Tx, key: str, version: int) -> str:
    """The text of a version. Raises `KeyError` where there is none, or the file was taken out by it."""
    return text_of_version(tx, key, version)


def _version_or_nothing(tx: Tx, key: str, version: int) -> str:
    try:
        return _version(tx, key, version)
    except KeyError:
        return ""


def _names(file: InForce, draft: Draft | None) -> dict[str, str]:
    """What can be compared, the draft first and the shipped version last."""
    there = {str(one.version): f"Version {one.version}" for one in file.versions if not one.retired}
    return ({DRAFT: "The draft"} if draft else {}) | there | {"0": "As shipped"}


def _known(work: Callable[[], T]) -> T:
    try:
        return work()
    except KeyError:
        raise Problem(404, "there is no such file or version") from None


def _tomorrow(console: Console) -> str:
    there = console.clock().astimezone(console.service.zone) + timedelta(days=1)
    return datetime.combine(there.date(), time(9)).isoformat(timespec="minutes")

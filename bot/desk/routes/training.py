"""Training the intent service with what is published: how it stands, and beginning one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from bot.desk.routes.reading import console_of, name_of
from bot.desk.state import desk_of
from bot.desk.training.runs import Busy, Run, Trainings, examples_of
from escalation.console.pages import page, redirect
from escalation.console.permissions import Gate, GatedRoute
from escalation.console.problems import Problem
from escalation.record import audit, published
from escalation.staff.sign_in import SignedIn

router = APIRouter(route_class=GatedRoute)
Reader = Annotated[SignedIn, Depends(Gate("see_training"))]
Trainer = Annotated[SignedIn, Depends(Gate("train"))]


@dataclass(frozen=True, slots=True)
class Standing:
    """How training stands. `serving`: the run whose model serves, where it is one of ours; `newer`: other messages are published since."""

    latest: Run | None
    serving: Run | None
    sees_model: bool
    newer: bool


@router.get("/desk/training")
async def show(request: Request, me: Reader) -> Response:
    return await _shown(request, me, "training.html")


@router.get("/desk/training/state")
async def state(request: Request, me: Reader) -> Response:
    """The part of the page that changes while a training runs."""
    return await _shown(request, me, "training_state.html")


@router.post("/desk/training")
async def train(request: Request, me: Trainer) -> Response:
    console, trainings = console_of(request), _trainings(request)
    texts = await console.record.aread(published.texts)
    now = console.clock()
    try:
        await asyncio.to_thread(trainings.start, texts, me.staff_id, now)
    except Busy:
        raise Problem(409, "a training runs already: only one at a time") from None
    except OSError as error:
        raise Problem(409, f"no training can begin here ({type(error).__name__}): tell whoever runs the server") from None
    await console.record.awrite(lambda tx: audit.note(tx, "training_begun", now, staff_id=me.staff_id, subject_id=examples_of(texts)))
    return redirect(request, "/desk/training")


async def _shown(request: Request, me: SignedIn, template: str) -> Response:
    texts = await console_of(request).record.aread(published.texts)
    found = await asyncio.to_thread(_standing, _trainings(request), examples_of(texts))
    who = await name_of(request, found.latest.by) if found.latest else ""
    return page(request, template, me, training=found, who=who)


def _standing(trainings: Trainings, examples: str) -> Standing:
    serving = trainings.serving()
    return Standing(trainings.latest(), serving, trainings.sees_model(), newer=(serving.examples if serving else "") != examples)


def _trainings(request: Request) -> Trainings:
    found = desk_of(request).training
    if found is None:
        raise Problem(404, "the intent service cannot be trained from here")
    return found

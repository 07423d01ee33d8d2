"""Looking at the program from outside: is it alive, is it ready, and its figures."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from bot.health import Health
from bot.inside import Inside
from bot.metrics import Metrics


def router(health: Health, metrics: Metrics, inside: Inside) -> APIRouter:
    """`/livez` and `/readyz` for everybody, `/readyz` with its reasons and `/metrics` for those inside."""

    async def live() -> dict[str, bool]:
        return {"alive": True}

    async def ready(request: Request) -> JSONResponse:
        found = await health.report()
        return JSONResponse(found.as_json() if inside(request) else {"ready": found.ready}, 200 if found.ready else 503)

    async def figures(request: Request) -> Response:
        if not inside(request):
            return Response(status_code=404)
        return Response(await metrics.text(), media_type=CONTENT_TYPE_LATEST)

    routes = APIRouter()
    routes.add_api_route("/livez", live, methods=["GET"])
    routes.add_api_route("/readyz", ready, methods=["GET"])
    routes.add_api_route("/metrics", figures, methods=["GET"])
    return routes

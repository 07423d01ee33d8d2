"""Looking at the program from outside: is it alive, is it ready, and its figures."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.health import Health
from bot.inside import Inside
from bot.metrics import Metrics


def routes(health: Health, metrics: Metrics, inside: Inside) -> list[Route]:
    """`/livez` and `/readyz` for everybody, `/readyz` with its reasons and `/metrics` for those inside."""

    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"alive": True})

    async def ready(request: Request) -> JSONResponse:
        found = await health.report()
        return JSONResponse(found.as_json() if inside(request) else {"ready": found.ready}, 200 if found.ready else 503)

    async def figures(request: Request) -> Response:
        if not inside(request):
            return Response(status_code=404)
        return Response(await metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/livez", live), Route("/readyz", ready), Route("/metrics", figures)]

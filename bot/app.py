"""One process: the web, the desk, Telegram where it is on, and the background work."""

from functools import partial

import prometheus_client
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import PlainTextResponse
from fastapi_offline import FastAPIOffline
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import http_errors, webchat
from bot.services import Services, TelegramPart
from bot.trying import make_trial
from handoff.desk import routes as desk
from handoff.desk.context import Desk
from handoff.desk.uploads import LARGEST_REQUEST, LimitedBody
from storage import StorageUnavailable, Transaction

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
_LARGEST_PLAIN = 2 * 1024 * 1024
"""Bytes of a body that is read into memory whole, before anybody has looked who sends it."""
_refuse_body = partial(http_errors.Refused, 413, "too_large", "内容太大，请缩小后再试。")


def create_app(services: Services, telegram: TelegramPart | None = None) -> FastAPI:
    """Mount everything that is served over HTTP; `telegram` where that channel is on."""
    telegram = telegram or TelegramPart()
    app = FastAPIOffline(
        title="小海马",
        description="工程建设项目审批问答助手：问答、转人工、知识整理的接口。",
        version="0.1.0",
        responses=http_errors.DOCUMENTED,
    )
    http_errors.install(app)
    app.include_router(webchat.router(services))
    app.include_router(_health(services))
    app.include_router(telegram.router)
    app.include_router(desk.router(_open_desk(services, telegram)))
    app.add_middleware(BodyLimits)
    app.add_middleware(SecurityHeaders)
    return app


class SecurityHeaders:
    """Headers that every response carries; pages set their own Content-Security-Policy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class BodyLimits:
    """No body larger than the largest that some call takes; files go to the disk as they come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            media_type = Headers(scope=scope).get("Content-Type", "").lower()
            form = media_type.startswith("multipart/form-data")
            largest = LARGEST_REQUEST if form else _LARGEST_PLAIN
            receive = LimitedBody(receive, largest, _refuse_body).receive
        await self._app(scope, receive, send)


def _open_desk(services: Services, telegram: TelegramPart) -> Desk:
    return Desk(
        services.database,
        services.live,
        services.calendar,
        make_trial(services.database, services.assistant),
        lambda: telegram.bot_name,
    )


def _health(services: Services) -> APIRouter:
    router = APIRouter(tags=["运行"])

    @router.get("/healthz", summary="进程是否在运行", response_class=PlainTextResponse)
    async def healthz() -> str:
        return "ok\n"

    @router.get("/readyz", summary="能否回答问题", response_class=PlainTextResponse)
    async def readyz() -> Response:
        try:
            await services.database.read(_ping)
        except StorageUnavailable as error:
            return PlainTextResponse(f"{error}\n", 503)
        return PlainTextResponse("ready\n")

    @router.get("/metrics", summary="Prometheus 指标", response_class=PlainTextResponse)
    async def metrics() -> Response:
        text = prometheus_client.generate_latest()
        return Response(text, media_type=prometheus_client.CONTENT_TYPE_LATEST)

    return router


def _ping(tx: Transaction) -> None:
    tx.value("SELECT 1 AS alive")

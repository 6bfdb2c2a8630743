"""Errors over HTTP: one table for what the packages refuse, and one shape for all of them.

`{"error": {"code", "message"}}`; the message is Chinese, for a person, and tells nothing internal.
A browser that opens a page which is not there gets a page instead.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

import faq.errors
import handoff.errors
import knowledge.errors
from bot.web_templates import render_page
from retrieval.places import UnknownRegion
from storage import StorageUnavailable, UnusableValue

REFUSALS: dict[type[Exception], tuple[int, str]] = {
    handoff.errors.NotFound: (404, "not_found"),
    handoff.errors.Forbidden: (403, "forbidden"),
    handoff.errors.Conflict: (409, "conflict"),
    handoff.errors.Invalid: (422, "invalid"),
    handoff.errors.TooManyTries: (429, "too_many_tries"),
    faq.errors.EntryNotFound: (404, "not_found"),
    faq.errors.EntryInvalid: (422, "invalid"),
    faq.errors.EntryConflict: (409, "conflict"),
    knowledge.errors.UnreadableDocument: (422, "unreadable_document"),
    knowledge.errors.DocumentNotFound: (404, "not_found"),
    knowledge.errors.DocumentIncomplete: (422, "incomplete"),
    knowledge.errors.DocumentConflict: (409, "conflict"),
    UnknownRegion: (422, "unknown_region"),
    StorageUnavailable: (503, "unavailable"),
    UnusableValue: (422, "invalid"),
}
"""What each package's refusals are over HTTP; their texts are for people and are passed on."""

_STATUSES: dict[int, tuple[str, str]] = {
    400: ("bad_request", "请求的格式不对，请检查后再试。"),
    401: ("unauthorized", "请先登录。"),
    403: ("forbidden", "没有权限进行这项操作。"),
    404: ("not_found", "没有找到您要的内容。"),
    405: ("method_not_allowed", "这个地址不支持这样的请求。"),
    413: ("too_large", "内容太大，请缩小后再试。"),
    415: ("unsupported_media_type", "不支持这种内容格式。"),
    422: ("invalid", "内容不符合要求，请检查后再试。"),
    500: ("internal", "系统出了点问题，您的内容没有丢失，请稍后再试。"),
    503: ("unavailable", "服务暂时不可用，请稍后再试。"),
}
_TEXT = {"type": "string"}
_SHAPE = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"code": _TEXT, "message": _TEXT},
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}
_SHOWN: dict[str, Any] = {"content": {"application/json": {"schema": _SHAPE}}}
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "没有办成，message 说明原因", **_SHOWN},
    "5XX": {"description": "系统出错，或数据库暂时不可用，请稍后再试", **_SHOWN},
}
"""What OpenAPI says that every call may answer instead."""

_RETRY_AFTER = {"Retry-After": "2"}
_log = structlog.get_logger()


class Refused(HTTPException):
    """A request refused before it reaches the domain, with a text for a person."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, message, headers)
        self.code = code


def install(app: FastAPI) -> None:
    """Let `app` answer every error in the one shape."""
    for kind in REFUSALS:
        app.add_exception_handler(kind, _refuse)
    app.add_exception_handler(HTTPException, _refuse_http)
    app.add_exception_handler(RequestValidationError, _refuse_fields)
    app.add_exception_handler(Exception, _fail)


def error_body(code: str, message: str) -> dict[str, dict[str, str]]:
    """The contract's shape of an error."""
    return {"error": {"code": code, "message": message}}


async def _refuse(request: Request, error: Exception) -> Response:
    status, code = next(REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)
    return _respond(request, status, code, str(error), _RETRY_AFTER if status == 503 else None)


async def _refuse_http(request: Request, error: Exception) -> Response:
    """Ours speak Chinese; the framework's own phrases are English and are replaced."""
    assert isinstance(error, HTTPException)  # registered for nothing else
    code, message = _STATUSES.get(error.status_code, ("error", "请求没有成功，请稍后再试。"))
    if isinstance(error, Refused):
        code = error.code
    if error.detail and not error.detail.isascii():
        message = error.detail
    return _respond(request, error.status_code, code, message, error.headers)


async def _refuse_fields(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # registered for nothing else
    first: dict[str, Any] = dict(error.errors()[0])
    if first["type"] == "json_invalid":
        return _respond(request, 400, "bad_request", "请求内容不是有效的 JSON。")
    field = ".".join(str(part) for part in first["loc"][1:]) or "请求内容"
    if first["type"] == "missing":
        return _respond(request, 422, "invalid", f"缺少 {field}。")
    return _respond(request, 422, "invalid", f"{field} 的值不符合要求。")


async def _fail(request: Request, error: Exception) -> Response:
    """A fault of ours: the log has the trace, the answer has not."""
    _log.error("request failed", path=request.url.path, error=type(error).__name__)
    code, message = _STATUSES[500]
    return _respond(request, 500, code, message)


def _respond(
    request: Request,
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    path = request.url.path
    message = message.encode(errors="replace").decode()  # it may repeat what was half a character
    if not path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(render_page("error.html", message=message), status, headers)
    return JSONResponse(error_body(code, message), status, headers)

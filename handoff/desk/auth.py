"""Who is asking: the staff's session cookie or bearer token, checked on every call."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response
from fastapi.security import HTTPBearer

from handoff.errors import Forbidden
from handoff.staff import (
    SESSION_MS,
    Staff,
    find_session,
    is_password,
    load_credentials,
    open_session,
    record_failure,
)
from storage import Database

COOKIE = "xiaohaima_staff"
_SAFE = ("GET", "HEAD")
_bearer = HTTPBearer(
    scheme_name="工作人员令牌",
    description="登录返回的 token；工作台的网页用会话 Cookie 代替",
    auto_error=False,  # it only tells the reader of OpenAPI what `staff_guard` checks
)


class NotSignedIn(HTTPException):
    """401: nobody, or a session that has run out."""

    def __init__(self, message: str = "请先登录。") -> None:
        super().__init__(401, message, {"WWW-Authenticate": "Bearer"})


async def sign_in(database: Database, name: str, password: str) -> tuple[Staff, str]:
    """The account and a new token. Raises NotSignedIn, TooManyTries."""
    name = name.strip()
    found = await database.read(load_credentials, name)
    password_hash = found["password_hash"] if found else None
    # Hashing takes its time, on purpose: not on the loop and not inside a transaction.
    if not await asyncio.to_thread(is_password, password, password_hash) or found is None:
        await database.write(record_failure, name)
        raise NotSignedIn("姓名或密码不对，请重新输入。")
    return await database.write(open_session, found["id"])


def token_of(request: Request) -> str | None:
    """The bearer token or, for a page of our own, the cookie."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token.strip()
    cookie = request.cookies.get(COOKIE)
    if cookie and request.method not in _SAFE:
        check_same_site(request)
    return cookie


def check_same_site(request: Request) -> None:
    """A cookie comes along by itself, so a call that changes something must be from our page."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    own = origin is None or origin.partition("://")[2] == request.headers.get("Host")
    if site not in (None, "same-origin", "none") or not own:
        raise Forbidden("请求来自其他网站，已拒绝。")


def staff_guard(database: Database) -> Callable[[Request, object], Awaitable[Staff]]:
    """A dependency that yields the signed-in member of staff, or 401."""

    async def signed_in(request: Request, _: Annotated[object, Depends(_bearer)]) -> Staff:
        token = token_of(request)
        staff = await database.read(find_session, token) if token else None
        if staff is None:
            raise NotSignedIn
        return staff

    return signed_in


def set_cookie(response: Response, request: Request, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_MS // 1000,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )

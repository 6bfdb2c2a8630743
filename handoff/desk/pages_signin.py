"""Signing in and out."""

from fastapi import APIRouter, Request, Response

from handoff.desk.auth import (
    COOKIE,
    NotSignedIn,
    check_same_site,
    set_cookie,
    sign_in,
    token_of,
)
from handoff.desk.context import Desk
from handoff.desk.forms import read_form
from handoff.desk.rendering import Pages, done, page_route, safe_next
from handoff.errors import TooManyTries
from handoff.staff import Role, close_session, find_session

_HOMES: dict[Role, str] = {"curator": "/desk/curation", "leader": "/desk/report"}
"""Where a role begins when nothing else was asked for."""


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/login` and `/desk/logout`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @routes.get("/desk/login")
    async def login_page(request: Request) -> Response:
        target = safe_next(request.query_params.get("next", ""))
        token = request.cookies.get(COOKIE)
        staff = await desk.database.read(find_session, token) if token else None
        if staff is not None:
            return done(target)
        return pages.render(request, None, "login.html", name="", error="", next=target)

    @routes.post("/desk/login")
    async def login(request: Request) -> Response:
        check_same_site(request)
        form = await read_form(request)
        name, target = form.line("name"), safe_next(form.text("next"))
        try:
            staff, token = await sign_in(desk.database, name, form.text("password"))
        except (NotSignedIn, TooManyTries) as error:
            status = 429 if isinstance(error, TooManyTries) else 401
            message = str(error) if isinstance(error, TooManyTries) else error.detail
            return pages.render(
                request, None, "login.html", code=status, name=name, error=message, next=target
            )
        response = done(_HOMES.get(staff.role, target) if target == "/desk/" else target)
        set_cookie(response, request, token)
        return response

    @routes.post("/desk/logout")
    async def logout(request: Request) -> Response:
        token = token_of(request)
        if token:
            await desk.database.write(close_session, token)
        response = done("/desk/login", "signed-out")
        response.delete_cookie(COOKIE, path="/")
        return response

    return routes

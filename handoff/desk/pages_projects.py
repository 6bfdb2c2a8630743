"""Projects: the address and the QR code by which a project's people open the chat."""

import io
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Depends, Request, Response

from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.entry_form import region_code
from handoff.desk.forms import read_form
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.projects import Project, add_project, get_project, list_projects, revoke_project
from handoff.staff import Staff, check_role
from handoff.tickets import ROOT


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/projects`, and the QR code of each."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]
    gazetteer = desk.live.gazetteer

    async def show(request: Request, me: Staff, code: int = 200, **values: Any) -> Response:
        place = gazetteer[me.region].name if me.region != ROOT else ""
        shown = {"name": "", "region": place, "error": "", **values}
        made = request.query_params.get("made", "")
        projects = await desk.database.read(list_projects, me)
        return pages.render(
            request,
            me,
            "projects.html",
            code=code,
            made=next((each for each in projects if each.token == made), None),
            projects=projects,
            address=lambda project: _address(request, project),
            known=desk.known_places(),
            telegram=f"https://t.me/{bot}?start=" if (bot := desk.telegram_bot()) else "",
            **shown,
        )

    @routes.get("/desk/projects")
    async def projects(request: Request, me: Me) -> Response:
        return await show(request, me)

    @routes.post("/desk/projects")
    async def change(request: Request, me: Me) -> Response:
        form = await read_form(request)
        action, _, token = form.line("action").partition(":")
        try:
            if action == "revoke":
                await desk.database.write(revoke_project, me, token)
                return done("/desk/projects", "project-revoked")
            region = region_code(gazetteer, form.line("region"))
            made = await desk.database.write(add_project, me, form.line("name"), region)
        except REFUSALS as error:
            typed = {field: form.line(field) for field in ("name", "region")}
            return await show(request, me, status_of(error), error=str(error), **typed)
        return done(f"/desk/projects?made={made.token}", "", "made")

    @routes.get("/desk/projects/{token}/qr.svg")
    async def qr(request: Request, token: str, me: Me) -> Response:
        check_role(me, "manager", "reform_office")
        project = await desk.database.read(get_project, token)
        return Response(
            draw_qr(_address(request, project)),
            media_type="image/svg+xml",
            headers={"Cache-Control": "private, max-age=3600"},
        )

    return routes


def draw_qr(address: str) -> bytes:
    """A QR code as an SVG picture, black on white whatever the page's colours are."""
    picture = io.BytesIO()
    segno.make_qr(address, error="m").save(picture, kind="svg", scale=6, border=4, light="white")
    return picture.getvalue()


def _address(request: Request, project: Project) -> str:
    """Where the project's chat is opened, as this member of staff reaches the server."""
    return f"{request.base_url}c/{project.token}"

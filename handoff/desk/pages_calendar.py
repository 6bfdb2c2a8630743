"""The working calendar, by which promised times are counted."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from handoff.clock import HOURS, is_weekday, list_year, set_days
from handoff.desk import wording
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.forms import Form, read_form
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.errors import Invalid
from handoff.staff import Staff, check_role
from storage import Row

_WEEKDAYS = "一二三四五六日"


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/calendar`, for admins."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    async def show(request: Request, me: Staff, code: int = 200, **typed: Any) -> Response:
        check_role(me, "admin")
        this_year = desk.today().year
        years = (this_year, this_year + 1)
        asked = request.query_params.get("year", "")
        year = next((each for each in years if str(each) == asked), this_year)
        rows = {each: await desk.database.read(list_year, each) for each in years}
        shown = {"first": "", "last": "", "working": "", "note": "", "error": "", **typed}
        return pages.render(
            request,
            me,
            "calendar.html",
            code=code,
            year=year,
            years=years,
            days=[_view(row) for row in rows[year]],
            lacking=[each for each in years if not rows[each]],
            hours="，".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in HOURS),
            **shown,
        )

    @routes.get("/desk/calendar")
    async def calendar(request: Request, me: Me) -> Response:
        return await show(request, me)

    @routes.post("/desk/calendar")
    async def change(request: Request, me: Me) -> Response:
        form = await read_form(request)
        action, _, day = form.line("action").partition(":")
        try:
            if action == "drop":
                first = last = _date(day)
                working, note = is_weekday(first), ""
            else:
                first, last = _span(form)
                working, note = form.line("working") == "1", form.line("note")
            await desk.database.write(set_days, me, first, last, working, note)
        except REFUSALS as error:
            names = ("first", "last", "working", "note")
            typed = {name: form.line(name) for name in names}
            return await show(request, me, status_of(error), error=str(error), **typed)
        return done(f"/desk/calendar?year={first.year}", "")

    return routes


def _span(form: Form) -> tuple[date, date]:
    first = _date(form.line("first"))
    return first, _date(form.line("last")) if form.line("last") else first


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("请选择日期。") from None


def _view(row: Row) -> dict[str, Any]:
    day = date.fromisoformat(row["day"])
    return {
        **row,
        "name": f"{day.month}月{day.day}日",
        "weekday": f"周{_WEEKDAYS[day.weekday()]}",
        "date": wording.render_date(row["day"]),
    }

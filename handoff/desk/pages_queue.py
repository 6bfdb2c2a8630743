"""The queue: what waits, what is mine, what was done."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from faq.privacy import mask_numbers
from handoff.desk import wording
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.forms import page_number
from handoff.desk.queue import TABS, Queue, Row, Tab, load_queue
from handoff.desk.rendering import Pages, page_route
from handoff.staff import Staff
from handoff.wording import REASON_NAMES, STATUS_NAMES

_LONGEST_QUERY = 100


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/`; the addresses of the tabs are `?tab=`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    @routes.get("/desk")
    @routes.get("/desk/")
    async def queue(
        request: Request, me: Me, tab: str = "", q: str = "", page: str = "1"
    ) -> Response:
        chosen: Tab = next((each for each in TABS if each == tab), "open")
        number, query = page_number(page), q[:_LONGEST_QUERY]
        found = await desk.database.read(load_queue, me, chosen, query, number)
        return pages.render(
            request,
            me,
            "queue.html",
            queue=found,
            rows=[view_row(desk, row) for row in found.rows],
            tabs=_tabs(me, found),
            empty=wording.EMPTY_TABS[chosen],
        )

    return routes


def view_row(desk: Desk, row: Row) -> dict[str, Any]:
    """A ticket as a row of the queue; numbers of persons are hidden here."""
    ticket = row.ticket
    return {
        "ticket": ticket,
        "question": mask_numbers(ticket.question),
        "status": STATUS_NAMES[ticket.status],
        "reason": REASON_NAMES[ticket.reason],
        "place": desk.place(ticket.region),
        "asker_waits": row.asker_waits and ticket.is_live,
        "alike": row.alike,
        "poor": ticket.rating is not None and ticket.rating <= 2,
    }


def _tabs(me: Staff, found: Queue) -> list[dict[str, Any]]:
    """Tabs with their counts; 我的 is for those who can hold tickets."""
    holds = me.may("manager", "reform_office")
    return [
        {"key": tab, "name": wording.TABS[tab], "count": found.counts[tab]}
        for tab in TABS
        if holds or tab != "mine"
    ]

"""The desk in the browser: everything under /desk/."""

from fastapi import APIRouter, Response

from handoff.desk import (
    events,
    pages_asked,
    pages_calendar,
    pages_curation,
    pages_entry,
    pages_learning,
    pages_policies,
    pages_projects,
    pages_queue,
    pages_report,
    pages_signin,
    pages_staff,
    pages_ticket,
    pages_words,
)
from handoff.desk.bench import Bench
from handoff.desk.context import Desk
from handoff.desk.rendering import Pages, page_route


def router(desk: Desk) -> APIRouter:
    """All pages with their files and event streams."""
    pages = Pages(desk)
    every = APIRouter()
    every.include_router(_static(pages))
    every.include_router(events.router(desk))
    for module in (
        pages_signin,
        pages_queue,
        pages_ticket,
        pages_curation,
        pages_asked,
        pages_entry,
        pages_policies,
        pages_projects,
        pages_report,
        pages_staff,
        pages_calendar,
    ):
        every.include_router(module.router(desk, pages))
    bench = Bench(desk)
    every.include_router(pages_words.router(desk, pages, bench))
    every.include_router(pages_learning.router(desk, pages, bench))
    return every


def _static(pages: Pages) -> APIRouter:
    files = APIRouter(route_class=page_route(pages), include_in_schema=False)

    @files.get("/desk/static/{name}")
    async def static(name: str) -> Response:
        return pages.static(name)

    return files

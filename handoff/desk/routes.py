"""All that staff reach over HTTP: the calls and the pages."""

from fastapi import APIRouter

from handoff.desk import faq_api, pages, policy_api, report_api, ticket_api
from handoff.desk.context import Desk


def router(desk: Desk) -> APIRouter:
    """Everything of the desk, to be mounted once."""
    every = APIRouter()
    for module in (ticket_api, faq_api, policy_api, report_api):
        every.include_router(module.router(desk))
    every.include_router(pages.router(desk))
    return every

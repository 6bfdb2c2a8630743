"""What was asked, how 小海马 replied, and why; and the same for a message that is tried."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from faq.entries import Source
from handoff.asked import KINDS, Asked, get_asked, list_asked
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.explain import ACTIONS, REPLIES, explain_trace, told_of
from handoff.desk.forms import page_number
from handoff.desk.rendering import Pages, page_route
from handoff.desk.suggestions import cite
from handoff.errors import Invalid
from handoff.staff import Staff, check_role
from retrieval.places import UnknownRegion
from storage import Transaction

_LONGEST_QUERY = 100
_LONGEST_QUESTION = 500


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/asked`, for curators and leaders, each within their region; `/desk/curation/try`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    @routes.get("/desk/asked")
    async def asked(
        request: Request, me: Me, kind: str = "", q: str = "", page: str = "1"
    ) -> Response:
        check_role(me, "curator", "leader")
        query, number = q.strip()[:_LONGEST_QUERY], page_number(page)
        rows, more = await desk.database.read(list_asked, me, kind, query, number)
        return pages.render(
            request,
            me,
            "asked.html",
            rows=rows,
            kinds=[("", "全部"), *((each, ACTIONS[each]) for each in KINDS)],
            kind=kind if kind in KINDS else "",
            query=query,
            page=number,
            more=more,
            actions=ACTIONS,
        )

    @routes.get("/desk/asked/{reply_id}")
    async def one(request: Request, reply_id: str, me: Me) -> Response:
        check_role(me, "curator", "leader")
        found = await desk.database.read(_load, desk, me, reply_id)
        return pages.render(request, me, "asked_one.html", **found)

    @routes.get("/desk/curation/try")
    async def try_one(request: Request, me: Me, q: str = "", region: str = "") -> Response:
        question, region = " ".join(q.split())[:_LONGEST_QUESTION], region.strip()
        tried, error = {}, ""
        try:
            code = desk.live.gazetteer.find(region).code if region else None
            if question:
                reply = await desk.try_question(question, code)
                tried = await desk.database.read(_view_reply, desk, reply)
        except (UnknownRegion, Invalid) as refused:
            error = str(refused)
        known = desk.known_places()
        return pages.render(
            request,
            me,
            "try.html",
            code=422 if error else 200,
            question=question,
            region=region,
            known=known,
            tried=tried,
            error=error,
            may=me.may("curator"),
        )

    return routes


def _view_reply(tx: Transaction, desk: Desk, reply: dict[str, Any]) -> dict[str, Any]:
    """What was replied, and why."""
    trace = reply.get("trace")
    return {
        "kind": REPLIES[reply["kind"]],
        "told": reply["text"],
        "options": [each["text"] for each in reply.get("options", ())],
        "sources": [cite(Source(**source)) for source in reply.get("sources", ())],
        "explanation": explain_trace(tx, desk, trace) if trace else None,
    }


def _load(tx: Transaction, desk: Desk, me: Staff, reply_id: str) -> dict[str, Any]:
    asked = get_asked(tx, me, reply_id)
    reply = {"kind": asked.kind, "text": "", **asked.reply}
    if trace := reply.get("trace"):
        reply["trace"] = told_of(trace, asked.question)
    return {"asked": asked, "again": _again(desk, asked), **_view_reply(tx, desk, reply)}


def _again(desk: Desk, asked: Asked) -> dict[str, str]:
    """The same question for the page that tries one, with its place as it was then: by its name,
    or by its code where several places are called so."""
    trace = asked.reply.get("trace") or {}
    code = trace.get("region") or ""
    gazetteer = desk.live.gazetteer
    name = gazetteer[code].name if code in gazetteer else ""
    try:
        unique = bool(name) and gazetteer.find(name).code == code
    except UnknownRegion:
        unique = False
    return {"q": asked.question, "region": name if unique else code}

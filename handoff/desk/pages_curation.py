"""The curators' list of entries, candidates first, and the library in and out."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request, Response

from faq.citations import Outdated, is_over, list_outdated
from faq.entries import STATUS_NAMES, Entry, Status, list_entries
from faq.transfer import import_entries
from handoff.candidates import unpublished_in
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.faq_api import preview_entries
from handoff.desk.forms import page_number
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.desk.uploads import read_one_file
from handoff.desk.wording import render_date
from handoff.staff import Staff, check_role
from knowledge.documents import STATUS_NAMES as DOCUMENT_STATES
from storage import Transaction

_PAGE = 50
_OUTDATED = "outdated"
_AHEAD = timedelta(days=30)  # what ends within it is shown to be looked at in time
_ORDER: tuple[Status, ...] = ("in_review", "published", "draft", "retired")


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/curation` and `/desk/curation/transfer`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    @routes.get("/desk/curation")
    async def entries(
        request: Request, me: Me, status: str = "", q: str = "", page: str = "1"
    ) -> Response:
        found = await desk.database.read(_load, desk, me, status, q[:100], page_number(page))
        return pages.render(request, me, "curation.html", may=me.may("curator"), **found)

    @routes.get("/desk/curation/transfer")
    async def transfer(request: Request, me: Me) -> Response:
        check_role(me, "curator")
        return pages.render(request, me, "transfer.html", outcome=None, error="", previewed=False)

    @routes.post("/desk/curation/transfer")
    async def bring_in(request: Request, me: Me) -> Response:
        check_role(me, "curator")
        try:
            data, name, fields = await read_one_file(request, "action")
            previewed = fields["action"] != "import"
            if previewed:
                outcome = await preview_entries(desk, data, name, me)
            else:
                outcome = await desk.database.write(
                    import_entries, data, name, desk.live.gazetteer, by=me.name
                )
        except REFUSALS as error:
            return pages.render(
                request,
                me,
                "transfer.html",
                code=status_of(error),
                outcome=None,
                error=str(error),
                previewed=False,
            )
        if not previewed:
            await desk.live.refresh()
            return done("/desk/curation", "imported")
        return pages.render(request, me, "transfer.html", outcome=outcome, error="", previewed=True)

    return routes


def _load(
    tx: Transaction, desk: Desk, me: Staff, status: str, query: str, page: int
) -> dict[str, Any]:
    load = partial(list_entries, tx, unpublished_in=unpublished_in(me))
    counts = {each: load((each,), limit=1)[1] for each in _ORDER}
    today = desk.today()
    outdated = list_outdated(tx, (today + _AHEAD).isoformat())
    if status not in (*_ORDER, _OUTDATED, "all"):
        status = "in_review" if counts["in_review"] and not query else "all"
    if status == _OUTDATED:
        query = ""
        found = [each.entry for each in outdated][(page - 1) * _PAGE : page * _PAGE]
        total = len(outdated)
    else:
        statuses = () if status == "all" else (cast(Status, status),)
        found, total = load(statuses, query, _PAGE, (page - 1) * _PAGE)
    tabs = [{"key": each, "name": STATUS_NAMES[each], "count": counts[each]} for each in _ORDER]
    tabs.append({"key": "all", "name": "全部", "count": sum(counts.values())})
    if outdated or status == _OUTDATED:
        tabs.append({"key": _OUTDATED, "name": "依据失效", "count": len(outdated)})
    reasons = {each.entry.id: _render_outdated(each, today.isoformat()) for each in outdated}
    return {
        "tabs": tabs,
        "tab": status,
        "query": query.strip(),
        "rows": [_row(desk, entry) | {"outdated": reasons.get(entry.id, "")} for entry in found],
        "total": total,
        "page": page,
        "pages": max(1, -(-total // _PAGE)),
    }


def _render_outdated(outdated: Outdated, today: str) -> str:
    """Why an entry has to be looked at."""
    document = outdated.document
    if document is None:
        ends = outdated.entry.content.expires_on or ""
        return f"{render_date(ends)}{'起不再回答' if ends > today else '起已不再回答'}"
    if document.status == "active" or not is_over(document, today):
        return f"依据《{document.title}》{render_date(document.expires_on)}起失效"
    return f"依据《{document.title}》{DOCUMENT_STATES[document.status]}"


def _row(desk: Desk, entry: Entry) -> dict[str, Any]:
    content = entry.content
    return {
        "entry": entry,
        "content": content,
        "status": STATUS_NAMES[entry.status],
        "place": "" if content.region == "100000" else desk.place(content.region),
        "sourced": any(source.document_number for source in content.sources),
    }

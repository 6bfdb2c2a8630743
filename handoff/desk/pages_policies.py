"""Policy documents: import with what must be asked, the tree of clauses, going out of force."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from faq.entries import list_citing
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.forms import read_form
from handoff.desk.policy_api import document_status
from handoff.desk.policy_uploads import Outcome, import_files
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.desk.suggestions import clause_anchor
from handoff.desk.uploads import open_file_form
from handoff.errors import Invalid
from handoff.staff import Staff, check_role
from knowledge.differences import compare_documents
from knowledge.documents import (
    STATUS_NAMES,
    get_document,
    get_tree,
    list_documents,
)
from knowledge.given import FIELD_NAMES
from knowledge.validity import load_document_log, replace_document, revoke_document
from storage import Transaction

_DATES = ("issued_on", "effective_from", "expires_on")
_ACTIONS = {
    "imported": "导入",
    "corrected": "更正",
    "replaced": "设为被替代",
    "revoked": "废止",
}


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/policies` and `/desk/policies/{id}`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]
    gazetteer = desk.live.gazetteer

    async def show_list(
        request: Request, me: Staff, outcomes: list[Outcome], error: str = "", code: int = 200
    ) -> Response:
        query, status = request.query_params.get("q", "")[:100], request.query_params.get("status")
        found = await desk.database.read(list_documents, query, document_status(status or ""))
        return pages.render(
            request,
            me,
            "policies.html",
            code=code,
            documents=found,
            query=query,
            status=status or "",
            statuses=STATUS_NAMES,
            outcomes=outcomes,
            error=error,
            field_names=FIELD_NAMES,
            dates=_DATES,
            named=lambda region: gazetteer[region].name if region in gazetteer else region,
            known=sorted(gazetteer[each].name for each in gazetteer.known),
            may=me.may("curator"),
        )

    @routes.get("/desk/policies")
    async def policies(request: Request, me: Me) -> Response:
        return await show_list(request, me, [])

    @routes.post("/desk/policies")
    async def upload(request: Request, me: Me) -> Response:
        check_role(me, "curator")
        try:
            async with open_file_form(request) as form:
                outcomes = await import_files(desk, form, me)
        except Invalid as error:
            return await show_list(request, me, [], str(error), 422)
        refused = any(each.error for each in outcomes)
        return await show_list(request, me, outcomes, code=422 if refused else 200)

    async def show(
        request: Request,
        me: Staff,
        document_id: str,
        error: Exception | None = None,
        failed: str = "",
        against: str = "",
    ) -> Response:
        page = await desk.database.read(_load, document_id, against)
        return pages.render(
            request,
            me,
            "policy.html",
            code=status_of(error) if error else 200,
            error=str(error) if error else "",
            failed=failed,
            anchor=clause_anchor,
            region_name=gazetteer.path(page["document"].region),
            may=me.may("curator"),
            **page,
        )

    @routes.get("/desk/policies/{document_id}")
    async def policy(request: Request, document_id: str, me: Me, by: str = "") -> Response:
        return await show(request, me, document_id, against=by)

    @routes.post("/desk/policies/{document_id}")
    async def act(request: Request, document_id: str, me: Me) -> Response:
        check_role(me, "curator")
        form = await read_form(request)
        action = form.line("action")
        try:
            if action == "replace":
                if not form.line("by"):
                    raise Invalid("请选择新文件；还没有导入的，请先导入。")
                write = desk.database.write(replace_document, document_id, form.line("by"), me.name)
            else:
                reason = form.text("reason")[:1000]
                write = desk.database.write(revoke_document, document_id, me.name, reason)
            await write
        except REFUSALS as error:
            return await show(request, me, document_id, error, action)
        await desk.live.refresh()
        return done(
            f"/desk/policies/{document_id}", "replaced" if action == "replace" else "revoked"
        )

    return routes


def _load(tx: Transaction, document_id: str, against: str) -> dict[str, Any]:
    document = get_document(tx, document_id)
    newer = get_document(tx, document.replaced_by) if document.replaced_by else None
    others = [each for each in list_documents(tx, status="active") if each.id != document_id]
    return {
        "document": document,
        "status": STATUS_NAMES[document.status],
        "newer": newer,
        "against": get_document(tx, against) if against else None,
        "differences": compare_documents(tx, document_id, against) if against else (),
        "others": others,
        "citing": list_citing(tx, document.title, document.number or ""),
        "tree": get_tree(tx, document_id),
        "log": [
            {**row, "what": _ACTIONS.get(row["action"], row["action"])}
            for row in load_document_log(tx, document_id)
        ],
    }

"""Policy documents: import with what must be asked, the tree of clauses, going out of force."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from faq.entries import list_citing
from handoff.desk import wording
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.forms import Form, read_form
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
    Document,
    get_document,
    get_tree,
    list_documents,
)
from knowledge.given import DATES, FIELD_NAMES
from knowledge.validity import (
    CORRECTABLE,
    correct_document,
    load_document_log,
    replace_document,
    revoke_document,
)
from storage import Transaction

_ACTIONS = {
    "imported": "导入",
    "corrected": "更正",
    "replaced": "设为被替代",
    "revoked": "废止",
}
_DONE = {"correct": "document-corrected", "replace": "replaced", "revoke": "revoked"}


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
            dates=DATES,
            named=lambda region: gazetteer[region].name if region in gazetteer else region,
            known=desk.known_places(),
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
        form: Form | None = None,
        against: str = "",
    ) -> Response:
        page = await desk.database.read(_load, document_id, against)
        return pages.render(
            request,
            me,
            "policy.html",
            code=status_of(error) if error else 200,
            error=str(error) if error else "",
            failed=form.line("action") if form else "",
            fields=_fields(page["document"], form),
            dates=DATES,
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
        try:
            await desk.database.write(_act, document_id, form, me)
        except REFUSALS as error:
            return await show(request, me, document_id, error, form)
        await desk.live.refresh()
        return done(f"/desk/policies/{document_id}", _DONE[form.line("action")])

    return routes


def _act(tx: Transaction, document_id: str, form: Form, me: Staff) -> None:
    """Do what the form's button says. Raises as the action does."""
    match form.line("action"):
        case "correct":
            revision = form.line("revision")
            if not revision.isdecimal() or len(revision) > 15:
                raise Invalid(wording.UNEXPECTED)
            given = {name: form.line(name)[:200] for name in CORRECTABLE}
            correct_document(tx, document_id, given, int(revision), me.name)
        case "replace":
            if not form.line("by"):
                raise Invalid("请选择新文件；还没有导入的，请先导入。")
            replace_document(tx, document_id, form.line("by"), me.name)
        case "revoke":
            revoke_document(tx, document_id, me.name, form.text("reason")[:1000])
        case _:
            raise Invalid(wording.UNEXPECTED)


def _fields(document: Document, form: Form | None) -> list[tuple[str, str, str]]:
    """What can be corrected: name, name on the screen, and what stands there or was typed."""
    typed = form is not None and form.line("action") == "correct"
    return [
        (
            name,
            FIELD_NAMES[name],
            form.line(name) if form and typed else getattr(document, name) or "",
        )
        for name in CORRECTABLE
    ]


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

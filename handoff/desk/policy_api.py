"""The curators' calls on policy documents: /api/v1/policies."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.policy_uploads import import_policy
from handoff.desk.uploads import documented_file, read_one_file
from handoff.errors import Invalid
from handoff.staff import Staff, check_role
from knowledge.clauses import ParsedClause
from knowledge.documents import (
    STATUS_NAMES,
    Document,
    Imported,
    Status,
    get_document,
    get_tree,
    list_documents,
)
from knowledge.given import FIELDS
from knowledge.validity import load_document_log, replace_document, revoke_document
from storage import Transaction


class Replacement(BaseModel):
    by: str = Field(description="替代它的文件的 id", max_length=80)


class Revocation(BaseModel):
    reason: str = Field("", max_length=1000)


def router(desk: Desk) -> APIRouter:
    """All calls on documents. Reading is for staff; changing is for curators."""
    api = APIRouter(prefix="/api/v1/policies", tags=["政策文件"])
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]
    gazetteer = desk.live.gazetteer

    @api.get("", summary="政策文件列表")
    async def policies(
        me: Me,
        q: Annotated[str, Query(max_length=100)] = "",
        status: Annotated[str, Query(description="active、replaced 或 revoked")] = "",
        region: Annotated[str, Query(description="地区名称或代码", max_length=40)] = "",
    ) -> dict[str, Any]:
        code = gazetteer.find(region).code if region else None
        found = await desk.database.read(list_documents, q, document_status(status), code)
        return {"policies": [view_document(desk, document) for document in found]}

    @api.post(
        "",
        summary="导入文件（表单：file，可附 title、number、issuer、region 等字段）",
        status_code=201,
        openapi_extra=documented_file(*FIELDS),
    )
    async def bring_in(request: Request, me: Me) -> dict[str, Any]:
        check_role(me, "curator")
        data, name, given = await read_one_file(request, *FIELDS)
        return view_import(desk, await import_policy(desk, data, name, given, me))

    @api.get("/{document_id}", summary="一份政策文件，含全部条款")
    async def policy(document_id: str, me: Me) -> dict[str, Any]:
        def read(tx: Transaction) -> dict[str, Any]:
            return {
                **view_document(desk, get_document(tx, document_id)),
                "clauses": [_view_clause(clause) for clause in get_tree(tx, document_id)],
                "log": load_document_log(tx, document_id),
            }

        return await desk.database.read(read)

    @api.post("/{document_id}/replace", summary="由新文件替代")
    async def replace(document_id: str, body: Replacement, me: Me) -> dict[str, Any]:
        check_role(me, "curator")
        replaced = await desk.database.write(replace_document, document_id, body.by, me.name)
        await desk.live.refresh()
        return view_document(desk, replaced)

    @api.post("/{document_id}/revoke", summary="废止：立即不再引用")
    async def revoke(document_id: str, me: Me, body: Revocation | None = None) -> dict[str, Any]:
        check_role(me, "curator")
        reason = body.reason if body else ""
        revoked = await desk.database.write(revoke_document, document_id, me.name, reason)
        await desk.live.refresh()
        return view_document(desk, revoked)

    return api


def document_status(text: str) -> Status | None:
    """A status by name; none for nothing. Raises Invalid."""
    if text and text not in STATUS_NAMES:
        raise Invalid(f"没有“{text}”这个状态，可选：{'、'.join(STATUS_NAMES)}。")
    return text or None


def view_document(desk: Desk, document: Document) -> dict[str, Any]:
    """A document without its clauses, as the contract's calls give it."""
    place = desk.live.gazetteer[document.region].name
    return {
        "id": document.id,
        "title": document.title,
        "document_number": document.number,
        "issuer": document.issuer,
        "region": place,
        "issued_on": document.issued_on,
        "effective_from": document.effective_from,
        "expires_on": document.expires_on,
        "status": document.status,
        "status_name": STATUS_NAMES[document.status],
        "replaced_by": document.replaced_by,
        "filename": document.filename,
        "created_by": document.created_by,
        "created_at": document.created_at,
    }


def view_import(desk: Desk, imported: Imported) -> dict[str, Any]:
    """What came of an import, with what the file leaves open."""
    return {
        "policy": view_document(desk, imported.document),
        "added": imported.added,
        "clauses": imported.clauses,
        "corrected": list(imported.corrected),
        "questions": [asdict(question) for question in imported.questions],
        "alike": imported.alike.id if imported.alike else None,
        "summary": imported.summary(),
    }


def _view_clause(clause: ParsedClause) -> dict[str, Any]:
    return {
        "path": clause.path,
        "label": clause.label,
        "heading": clause.heading,
        "text": clause.text,
        "clauses": [_view_clause(child) for child in clause.children],
    }

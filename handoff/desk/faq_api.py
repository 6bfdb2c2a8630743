"""The curators' calls on the FAQ library: /api/v1/faq."""

from dataclasses import replace
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from faq.entries import (
    STAGES,
    STATUSES,
    Content,
    Entry,
    Source,
    Status,
    get_entry,
    list_entries,
    load_history,
)
from faq.errors import EntryInvalid
from faq.publishing import (
    add_entry,
    check_date,
    edit_entry,
    publish_entry,
    retire_entry,
    retract_entry,
)
from faq.transfer import FORMATS, Outcome, export_entries, import_entries, preview_import
from handoff.candidates import access_entry, unpublished_in
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.entry_form import region_code
from handoff.desk.uploads import documented_file, read_one_file
from handoff.desk.views import view_entry
from handoff.staff import Staff, check_role
from retrieval.places import Gazetteer
from storage import Transaction


class SourceBody(BaseModel):
    title: str
    document_number: str = ""
    clause: str = ""
    issuer: str = ""
    region: str = ""
    effective_from: str | None = None


class EntryBody(BaseModel):
    """All of an entry; in PATCH only what is given changes."""

    standard_question: str | None = None
    similar_questions: list[str] | None = None
    answer: str | None = None
    stage: str | None = None
    region: str | None = None
    sources: list[SourceBody] | None = None
    hands_over: bool | None = Field(None, description="转人工条目：文件没有规定，直接转人工")
    effective_from: str | None = None
    expires_on: str | None = None


class Retraction(BaseModel):
    reason: str
    corrected: str | None = None


def router(desk: Desk) -> APIRouter:
    """All calls on entries. Reading is for staff; changing is for curators."""
    api = APIRouter(prefix="/api/v1/faq", tags=["知识管理"])
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    @api.get("/entries", summary="条目列表")
    async def entries(
        me: Me,
        status: str = "",
        q: Annotated[str, Query(max_length=100)] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ) -> dict[str, Any]:
        found, total = await desk.database.read(
            list_entries, _statuses(status), q, limit, offset, unpublished_in=unpublished_in(me)
        )
        return {"total": total, "entries": [view_entry(desk, entry) for entry in found]}

    @api.post("/entries", summary="新建条目（草稿）", status_code=201)
    async def create(body: EntryBody, me: Me) -> dict[str, Any]:
        check_role(me, "curator")
        content = content_of(desk.live.gazetteer, body, Content("", ""))
        return view_entry(desk, await desk.database.write(add_entry, content, me.name))

    @api.get("/entries/{entry_id}", summary="一个条目，含历史")
    async def entry(entry_id: str, me: Me) -> dict[str, Any]:
        def read(tx: Transaction) -> dict[str, Any]:
            found = access_entry(tx, me, entry_id)
            return {**view_entry(desk, found), "history": load_history(tx, entry_id)}

        return await desk.database.read(read)

    @api.patch("/entries/{entry_id}", summary="修改条目")
    async def change(entry_id: str, body: EntryBody, me: Me) -> dict[str, Any]:
        check_role(me, "curator")

        def act(tx: Transaction) -> Entry:
            before = get_entry(tx, entry_id)
            content = content_of(desk.live.gazetteer, body, before.content)
            return edit_entry(tx, entry_id, content, me.name)

        return await _changed(desk, await desk.database.write(act))

    @api.post("/entries/{entry_id}/publish", summary="发布：立即可以回答")
    async def publish(entry_id: str, me: Me) -> dict[str, Any]:
        check_role(me, "curator")
        return await _changed(desk, await desk.database.write(publish_entry, entry_id, me.name))

    @api.post("/entries/{entry_id}/retire", summary="停用")
    async def retire(entry_id: str, me: Me) -> dict[str, Any]:
        check_role(me, "curator")
        return await _changed(desk, await desk.database.write(retire_entry, entry_id, me.name))

    @api.post("/entries/{entry_id}/retract", summary="撤回错误答复，或改正")
    async def retract(entry_id: str, body: Retraction, me: Me) -> dict[str, Any]:
        check_role(me, "curator")
        return await _changed(
            desk,
            await desk.database.write(
                retract_entry, entry_id, me.name, body.reason, body.corrected
            ),
        )

    @api.post(
        "/import",
        summary="导入 xlsx、csv 或 json；preview=1 只预览",
        openapi_extra=documented_file(),
    )
    async def bring_in(
        request: Request, me: Me, preview: Annotated[bool, Query()] = False
    ) -> dict[str, Any]:
        check_role(me, "curator")
        data, name, _ = await read_one_file(request)
        if preview:
            return (await preview_entries(desk, data, name, me)).as_json()
        outcome = await desk.database.write(
            import_entries, data, name, desk.live.gazetteer, by=me.name
        )
        await desk.live.refresh()
        return outcome.as_json()

    @api.get(
        "/export",
        summary="导出 xlsx、csv 或 json",
        response_class=Response,
        responses={200: {"content": {media_type: {} for media_type in FORMATS.values()}}},
    )
    async def take_out(me: Me, format: str = "xlsx") -> Response:
        check_role(me, "curator")
        if format not in FORMATS:
            raise EntryInvalid(f"没有“{format}”这种格式，可选：{'、'.join(FORMATS)}。")
        content, _ = await desk.database.read(export_entries, format, desk.live.gazetteer)
        return Response(
            content,
            media_type=FORMATS[format],
            headers={"Content-Disposition": f'attachment; filename="xiaohaima-faq.{format}"'},
        )

    return api


def content_of(gazetteer: Gazetteer, body: EntryBody, before: Content) -> Content:
    """The content after the body's changes. Raises EntryInvalid for an unknown place or date."""
    given = body.model_dump(exclude_unset=True)
    changes: dict[str, Any] = {
        name: given[name]
        for name in ("standard_question", "stage", "hands_over")
        if given.get(name) is not None
    }
    for name, shown in (("effective_from", "施行日期"), ("expires_on", "失效日期")):
        if name in given:
            changes[name] = check_date(given[name], shown)
    if given.get("answer") is not None:
        changes["standard_answer"] = given["answer"]
    if given.get("similar_questions") is not None:
        changes["similar_questions"] = tuple(given["similar_questions"])
    if given.get("region") is not None:
        changes["region"] = region_code(gazetteer, given["region"])
    if given.get("sources") is not None:
        changes["sources"] = tuple(_source(gazetteer, each) for each in body.sources or ())
    changes.setdefault("stage", before.stage or STAGES[0])
    return replace(before, **changes)


def _source(gazetteer: Gazetteer, body: SourceBody) -> Source:
    given = body.model_dump()
    given["region"] = region_code(gazetteer, body.region)
    given["effective_from"] = check_date(body.effective_from, "依据的施行日期")
    return Source(**given)


class _Preview(Exception):
    """Carries an outcome out of a transaction that is not to be kept."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


async def preview_entries(desk: Desk, data: bytes, filename: str, me: Staff) -> Outcome:
    """What an import would do; nothing of it is kept."""

    def act(tx: Transaction) -> None:
        raise _Preview(preview_import(tx, data, filename, desk.live.gazetteer, by=me.name))

    try:
        await desk.database.write(act)
    except _Preview as found:
        return found.outcome
    raise AssertionError("a preview always ends by raising")


async def _changed(desk: Desk, entry: Entry) -> dict[str, Any]:
    """The library of this process has it before the curator reads that it is done."""
    await desk.live.refresh()
    return view_entry(desk, entry)


def _statuses(text: str) -> tuple[Status, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if unknown := [name for name in names if name not in STATUSES]:
        raise EntryInvalid(f"没有“{unknown[0]}”这个状态，可选：{'、'.join(STATUSES)}。")
    return cast(tuple[Status, ...], names)

"""The entry editor: content, sources, publishing and taking back, history."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from faq.entries import (
    STAGES,
    STATUS_NAMES,
    Content,
    Entry,
    Source,
    get_entry,
    load_history,
)
from faq.errors import EntryConflict, EntryInvalid
from faq.publishing import (
    LONGEST_ANSWER,
    LONGEST_QUESTION,
    MOST_SOURCES,
    add_entry,
    edit_entry,
    publish_entry,
    retire_entry,
    retract_entry,
)
from handoff.candidates import access_entry
from handoff.desk import wording
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.entry_form import EntryFields, SourceFields, region_code
from handoff.desk.forms import Form, read_form
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.desk.suggestions import cite, scope_of
from handoff.staff import Staff, check_role
from knowledge.documents import get_clause
from knowledge.errors import DocumentNotFound
from storage import Row, Transaction

_FOUND_CLAUSES = 8
_LONGEST_SEARCH = 300
_ACTIONS = {
    "created": "建立",
    "edited": "修改",
    "published": "发布",
    "retired": "停用",
    "retracted": "撤回",
    "corrected": "更正",
}
_FIELDS = {
    "standard_question": "标准问",
    "similar_questions": "相似问",
    "standard_answer": "标准答复",
    "stage": "阶段",
    "region": "地区",
    "sources": "依据",
    "effective_from": "施行日期",
    "expires_on": "失效日期",
    "hands_over": "转人工条目",
}


@dataclass(slots=True)
class _Editing:
    """What the editor shows besides the entry itself."""

    fields: EntryFields
    error: str = ""
    failed: str = ""
    notice: str = ""
    clause_query: str = ""
    clauses: list[dict[str, str]] | None = None
    reason: str = ""


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/curation/entries/new` and `/desk/curation/entries/{id}`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    def show(
        request: Request,
        me: Staff,
        entry: Entry | None,
        history: list[Row],
        editing: _Editing,
        code: int = 200,
    ) -> Response:
        return pages.render(
            request,
            me,
            "entry.html",
            code=code,
            entry=entry,
            status=STATUS_NAMES[entry.status] if entry else "新条目",
            address=f"/desk/curation/entries/{entry.id if entry else 'new'}",
            history=[_view_version(row, older) for row, older in _with_older(history)],
            fields=editing.fields,
            editing=editing,
            preview=_preview(desk, editing.fields),
            stages=STAGES,
            known=desk.known_places(),
            longest={"question": LONGEST_QUESTION, "answer": LONGEST_ANSWER},
            may=me.may("curator"),
        )

    @routes.get("/desk/curation/entries/new")
    async def blank(request: Request, me: Me, question: str = "") -> Response:
        check_role(me, "curator")
        fields = EntryFields(
            standard_question=question[:LONGEST_QUESTION], sources=[SourceFields()]
        )
        return show(request, me, None, [], _Editing(fields))

    @routes.get("/desk/curation/entries/{entry_id}")
    async def entry(request: Request, entry_id: str, me: Me, version: str = "") -> Response:
        found, history = await desk.database.read(_load, me, entry_id)
        return show(request, me, found, history, _start(desk, found, history, version))

    @routes.post("/desk/curation/entries/{entry_id}")
    async def act(request: Request, entry_id: str, me: Me) -> Response:
        check_role(me, "curator")
        form = await read_form(request)
        editing = _Editing(
            EntryFields.of_form(form),
            clause_query=form.line("clause_query")[:_LONGEST_SEARCH],
            reason=form.text("reason"),
        )
        action = form.line("action")
        code = 200
        try:
            if await _edit_form(desk, editing, action):
                pass
            else:
                where, what = await desk.database.write(
                    _save, desk, me, entry_id, action, editing, form
                )
                await desk.live.refresh()
                return done(f"/desk/curation/entries/{where}", what)
        except REFUSALS as error:
            code, editing.error, editing.failed = status_of(error), str(error), action
        found, history = (
            (None, []) if entry_id == "new" else await desk.database.read(_load, me, entry_id)
        )
        if found is not None and code == 409:
            editing.fields.version = found.version
        return show(request, me, found, history, editing, code)

    return routes


def _load(tx: Transaction, me: Staff, entry_id: str) -> tuple[Entry, list[Row]]:
    return access_entry(tx, me, entry_id), load_history(tx, entry_id)


def _start(desk: Desk, entry: Entry, history: list[Row], version: str) -> _Editing:
    """The editor with what is saved, or with an earlier version to be saved again."""
    gazetteer = desk.live.gazetteer
    older = next((row for row in history if str(row["version"]) == version), None)
    content = _decode(older["content"]) if older else entry.content
    fields = EntryFields.of_content(content, entry.version, gazetteer)
    if not fields.sources:
        fields.sources.append(SourceFields())
    notice = f"已填入第 {version} 版的内容，保存后才会生效。" if older else ""
    return _Editing(fields, notice=notice)


async def _edit_form(desk: Desk, editing: _Editing, action: str) -> bool:
    """Do what changes the form alone; False when something is to be saved."""
    fields = editing.fields
    verb, _, value = action.partition(":")
    match verb:
        case "add-source":
            fields.sources.append(SourceFields())
            del fields.sources[MOST_SOURCES:]
        case "drop-source":
            number = int(value) if value.isdecimal() and len(value) < 4 else -1
            fields.sources = [s for n, s in enumerate(fields.sources) if n != number]
        case "find-clause":
            asked = editing.clause_query or f"{fields.standard_question} {fields.answer}"
            region = region_code(desk.live.gazetteer, fields.region)
            editing.clauses = await desk.database.read(_find_clauses, desk, asked, region)
        case "pick":
            clause = await desk.database.read(get_clause, value)
            fields.add_clause(clause, desk.live.gazetteer)
        case "preview":
            pass
        case _:
            return False
    return True


def _find_clauses(tx: Transaction, desk: Desk, asked: str, region: str) -> list[dict[str, str]]:
    """The clauses in force in a place that are nearest to some words."""
    hits = desk.live.library.search(asked[:_LONGEST_SEARCH], scope_of(desk, region), 200)
    ids = [hit.passage.id for hit in hits if hit.passage.kind == "clause"][:_FOUND_CLAUSES]
    found = []
    for clause_id in ids:
        try:
            clause = get_clause(tx, clause_id.partition(":")[2])
        except DocumentNotFound:
            continue
        found.append({"id": clause.id, "cited": cite(clause), "text": clause.text})
    return found


def _save(
    tx: Transaction,
    desk: Desk,
    me: Staff,
    entry_id: str,
    action: str,
    editing: _Editing,
    form: Form,
) -> tuple[str, str]:
    """Save, publish or take back: the entry's id, and what to say of it."""
    if action in ("retire", "retract", "correct"):
        return entry_id, _take_back(tx, me, entry_id, action, form)
    if action not in ("save", "publish"):
        raise EntryInvalid(wording.UNEXPECTED)
    content = editing.fields.content(desk.live.gazetteer)
    if entry_id == "new":
        entry_id, what = add_entry(tx, content, me.name).id, "added"
    else:
        what = _keep(tx, me, entry_id, content, editing.fields.version)
    if action == "publish":
        publish_entry(tx, entry_id, me.name)
        what = "published"
    return entry_id, what


def _keep(tx: Transaction, me: Staff, entry_id: str, content: Content, version: int) -> str:
    """Save over the version that the editing began with. Raises EntryConflict on a newer one."""
    entry = get_entry(tx, entry_id)
    if entry.version != version:
        by = load_history(tx, entry_id)[0]["by"]
        raise EntryConflict(wording.NEWER_VERSION.format(by=by, version=entry.version))
    if entry.content != content:
        edit_entry(tx, entry_id, content, me.name)
    return "saved"


def _take_back(tx: Transaction, me: Staff, entry_id: str, action: str, form: Form) -> str:
    reason = form.text("reason")
    if len(reason) > 1000:
        raise EntryInvalid("原因请控制在 1000 字以内。")
    if action == "retire":
        retire_entry(tx, entry_id, me.name, reason)
        return "retired"
    corrected = form.text("answer") if action == "correct" else None
    retract_entry(tx, entry_id, me.name, reason, corrected)
    return "corrected" if corrected is not None else "retracted"


def _preview(desk: Desk, fields: EntryFields) -> dict[str, Any]:
    """The answer as an asker would read it."""
    sources = [
        f"{cite(Source(each.title, each.document_number, each.clause))}"
        + (f"，{each.issuer}" if each.issuer else "")
        for each in fields.sources
        if each.title.strip()
    ]
    return {"question": fields.standard_question, "answer": fields.answer, "sources": sources}


def _with_older(history: list[Row]) -> list[tuple[Row, Row | None]]:
    return [
        (row, history[place + 1] if place + 1 < len(history) else None)
        for place, row in enumerate(history)
    ]


def _view_version(row: Row, older: Row | None) -> dict[str, Any]:
    """A version with what differs from the one before."""
    content = row["content"]
    before = older["content"] if older else {}
    changed = [
        name for field, name in _FIELDS.items() if older and content.get(field) != before.get(field)
    ]
    return {
        **row,
        "what": _ACTIONS.get(row["action"], row["action"]),
        "changed": changed,
        "cited": [cite(Source(**source)) for source in content["sources"]],
    }


def _decode(content: dict[str, Any]) -> Content:
    """The content of a version, as the history keeps it."""
    sources = tuple(Source(**source) for source in content["sources"])
    return Content(
        **{
            **content,
            "sources": sources,
            "similar_questions": tuple(content["similar_questions"]),
        }
    )

"""The staff's calls on tickets: /api/v1/staff and /api/v1/tickets."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from handoff import actions
from handoff.candidates import propose
from handoff.conversations import LONGEST_TEXT, get_attachment
from handoff.desk.auth import COOKIE, sign_in, staff_guard, token_of
from handoff.desk.context import Desk
from handoff.desk.views import view_entry, view_message, view_ticket, view_ticket_whole
from handoff.errors import Invalid
from handoff.staff import ROLE_NAMES, Staff, check_role, close_session
from handoff.tickets import STATUSES, Status, access_ticket, list_tickets
from storage import Transaction


class Login(BaseModel):
    name: str = Field(max_length=80)
    password: str = Field(max_length=200)


class Say(BaseModel):
    text: str = Field(max_length=LONGEST_TEXT)
    private: bool = False
    client_id: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="调用方自己的消息编号；同一编号再次发送不会重复",
    )


class Transfer(BaseModel):
    to: str = Field(description="同事的姓名", max_length=80)


class Escalation(BaseModel):
    reason: str = Field(max_length=1000)


class Candidate(BaseModel):
    standard_question: str
    similar_questions: list[str] = []
    answer: str


def router(desk: Desk) -> APIRouter:
    """All calls on tickets; each checks who asks and for which region."""
    api = APIRouter(prefix="/api/v1", tags=["工作台"])
    signed_in = staff_guard(desk.database)
    Me = Annotated[Staff, Depends(signed_in)]

    @api.post("/staff/login", summary="登录")
    async def login(body: Login) -> dict[str, Any]:
        staff, token = await sign_in(desk.database, body.name, body.password)
        return {"token": token, "staff": _view_staff(desk, staff)}

    @api.post("/staff/logout", summary="退出", status_code=204)
    async def logout(request: Request, me: Me) -> Response:
        await desk.database.write(close_session, token_of(request) or "")
        response = Response(status_code=204)
        response.delete_cookie(COOKIE)
        return response

    @api.get("/staff/me", summary="当前账号")
    async def who_am_i(me: Me) -> dict[str, Any]:
        return _view_staff(desk, me)

    @api.get("/tickets", summary="工单队列")
    async def tickets(
        me: Me,
        status: Annotated[str, Query(description="状态，可用逗号分隔多个")] = "",
        q: Annotated[str, Query(description="在工单号和问题中查找", max_length=100)] = "",
    ) -> dict[str, Any]:
        found = await desk.database.read(list_tickets, me, _statuses(status), q)
        return {"tickets": [view_ticket(desk, ticket, masked=True) for ticket in found]}

    @api.get("/tickets/{number}", summary="工单全貌：会话、日志、建议答复")
    async def ticket(number: str, me: Me) -> dict[str, Any]:
        def read(tx: Transaction) -> dict[str, Any]:
            return view_ticket_whole(tx, desk, me, access_ticket(tx, me, number))

        return await desk.database.read(read)

    @api.get(
        "/tickets/{number}/attachments/{attachment_id}",
        summary="下载附件",
        response_class=Response,
    )
    async def attachment(number: str, attachment_id: str, me: Me) -> Response:
        def read(tx: Transaction) -> Response:
            check_role(me, "manager", "reform_office")
            found = access_ticket(tx, me, number)
            file = get_attachment(tx, found.conversation_id, attachment_id)
            return file_response(file.filename, file.media_type, file.content)

        return await desk.database.read(read)

    @api.post("/tickets/{number}/claim", summary="受理")
    async def claim(number: str, me: Me) -> dict[str, Any]:
        def act(tx: Transaction) -> dict[str, Any]:
            claimed = actions.claim(tx, access_ticket(tx, me, number), me)
            return view_ticket(desk, claimed, masked=False)

        return await desk.database.write(act)

    @api.post("/tickets/{number}/messages", summary="答复咨询人，或写内部备注", status_code=201)
    async def say(number: str, body: Say, me: Me) -> dict[str, Any]:
        def act(tx: Transaction) -> dict[str, Any]:
            verb = actions.note if body.private else actions.reply
            message = verb(tx, access_ticket(tx, me, number), me, body.text, body.client_id)
            return view_message(message, masked=False)

        return await desk.database.write(act)

    @api.post("/tickets/{number}/transfer", summary="转办给同事")
    async def transfer(number: str, body: Transfer, me: Me) -> dict[str, Any]:
        def act(tx: Transaction) -> dict[str, Any]:
            moved = actions.transfer(tx, access_ticket(tx, me, number), me, body.to)
            return view_ticket(desk, moved, masked=False)

        return await desk.database.write(act)

    @api.post("/tickets/{number}/escalate", summary="上报工改办")
    async def escalate(number: str, body: Escalation, me: Me) -> dict[str, Any]:
        def act(tx: Transaction) -> dict[str, Any]:
            moved = actions.escalate(tx, access_ticket(tx, me, number), me, body.reason)
            return view_ticket(desk, moved, masked=False)

        return await desk.database.write(act)

    @api.post("/tickets/{number}/resolve", summary="办结")
    async def resolve(number: str, me: Me) -> dict[str, Any]:
        def act(tx: Transaction) -> dict[str, Any]:
            done = actions.resolve(tx, access_ticket(tx, me, number), me)
            return view_ticket(desk, done, masked=False)

        return await desk.database.write(act)

    @api.post("/tickets/{number}/reopen", summary="重新打开")
    async def reopen(number: str, me: Me) -> dict[str, Any]:
        def act(tx: Transaction) -> dict[str, Any]:
            opened = actions.reopen(tx, access_ticket(tx, me, number), me)
            return view_ticket(desk, opened, masked=False)

        return await desk.database.write(act)

    @api.post("/tickets/{number}/candidate", summary="提交为待审条目", status_code=201)
    async def candidate(number: str, body: Candidate, me: Me) -> dict[str, Any]:
        def act(tx: Transaction) -> dict[str, Any]:
            entry = propose(
                tx,
                access_ticket(tx, me, number),
                me,
                body.standard_question,
                body.similar_questions,
                body.answer,
                desk.place,
            )
            return view_entry(desk, entry)

        return await desk.database.write(act)

    return api


def file_response(filename: str, media_type: str, content: bytes) -> Response:
    """A stored file as a download; only plain pictures are shown in the page."""
    shown = media_type in ("image/jpeg", "image/png", "image/webp", "image/gif")
    kind = media_type if shown or media_type.startswith("audio/") else "application/octet-stream"
    name = filename.encode("utf-8").hex("%") if filename else "file"
    disposition = "inline" if shown else "attachment"
    return Response(
        content,
        media_type=kind,
        headers={
            "Content-Disposition": f"{disposition}; filename*=UTF-8''%{name}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, max-age=3600",
        },
    )


def _statuses(text: str) -> tuple[Status, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if unknown := [name for name in names if name not in STATUSES]:
        raise Invalid(f"没有“{unknown[0]}”这个状态，可选：{'、'.join(STATUSES)}。")
    return cast(tuple[Status, ...], names)


def _view_staff(desk: Desk, staff: Staff) -> dict[str, Any]:
    region = desk.live.gazetteer[staff.region].name if staff.region in desk.live.gazetteer else ""
    return {
        "name": staff.name,
        "role": staff.role,
        "role_name": ROLE_NAMES[staff.role],
        "region": region,
        "on_duty": staff.on_duty,
    }

"""The web channel: the asker's chat API, event stream and page."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from bot import web_models as models
from bot.assistant import Assistant, Incoming
from bot.http_errors import Refused
from bot.services import Services
from bot.web_events import follow_conversation
from bot.web_page import add_pages
from bot.web_requests import (
    AskerToken,
    find_client_id,
    find_text,
    get_text,
    is_form,
    read_form,
    read_object,
)
from bot.web_views import view_exchange, view_message, view_ticket
from handoff.actions import rate
from handoff.conversations import (
    Attachment,
    access_conversation,
    find_seq,
    get_attachment,
    open_conversation,
)
from handoff.transcript import Transcript, access_ticket_of_asker, load_transcript
from storage import Transaction

Token = Annotated[str, Depends(AskerToken())]
_SHOWN_IN_PLACE = ("image/png", "image/jpeg", "image/gif", "image/webp")
_API = "/api/v1"
_JSON, _FORM = "application/json", "multipart/form-data"


def router(services: Services) -> APIRouter:
    """The page and everything that it calls.

    One flat router, the route of every message first: finding it is a good part of its cost.
    """
    routes = APIRouter(tags=["咨询"])
    _add_sending(routes, services)
    _add_opening(routes, services)
    _add_reading(routes, services)
    add_pages(routes, services)
    return routes


def _add_sending(routes: APIRouter, services: Services) -> None:
    database, assistant = services.database, services.assistant

    @routes.post(
        _API + "/conversations/{conversation_id}/messages",
        summary="发送消息（文字，或带一个文件）",
        **models.documented(
            200, models.ExchangeView, (_JSON, models.NewText), (_FORM, models.NewFile)
        ),
    )
    async def send(request: Request, conversation_id: str, token: Token) -> Response:
        if is_form(request):  # whoever may not write here is turned away before the upload
            await database.read(access_conversation, conversation_id, token)
            incoming = await read_form(request)
        else:
            body = await read_object(request)
            incoming = Incoming(get_text(body, "text"), find_client_id(body))
        return JSONResponse(
            await database.write(_respond, assistant, conversation_id, token, incoming)
        )

    @routes.post(
        _API + "/conversations/{conversation_id}/choices",
        summary="选择一个选项",
        **models.documented(200, models.ExchangeView, (_JSON, models.Choice)),
    )
    async def choose(request: Request, conversation_id: str, token: Token) -> Response:
        body = await read_object(request)
        option_id, client_id = get_text(body, "option_id", 100), find_client_id(body)
        return JSONResponse(
            await database.write(_choose, assistant, conversation_id, token, option_id, client_id)
        )


def _add_opening(routes: APIRouter, services: Services) -> None:
    database = services.database

    @routes.post(
        _API + "/conversations",
        summary="建立会话",
        **models.documented(201, models.Opened, (_JSON, models.NewConversation)),
    )
    async def open_(request: Request) -> Response:
        body = await read_object(request)
        named = find_text(body, "region")
        region = services.live.gazetteer.find(named).code if named else None
        project = find_text(body, "project")
        conversation, token = await database.write(
            open_conversation, region=region, project_token=project
        )
        return JSONResponse({"id": conversation.id, "token": token}, 201)

    @routes.post(
        _API + "/tickets/{number}/rating",
        summary="评价工单（好差评）",
        **models.documented(200, models.TicketState, (_JSON, models.NewRating)),
    )
    async def rate_ticket(request: Request, number: str, token: Token) -> Response:
        body = await read_object(request)
        score, comment = body.get("score"), find_text(body, "comment") or ""
        if not isinstance(score, int) or isinstance(score, bool):
            raise Refused(422, "invalid", "score 应为 1 到 5 的整数。")
        return JSONResponse(await database.write(_rate, number, token, score, comment))


def _add_reading(routes: APIRouter, services: Services) -> None:
    database = services.database

    @routes.get(
        _API + "/conversations/{conversation_id}/messages",
        summary="读取消息，双方的，按先后，每条一次",
        **models.documented(200, models.TranscriptView),
    )
    async def messages(
        conversation_id: str,
        token: Token,
        after: Annotated[str, Query(description="上一页最后一条消息的 id 或 seq")] = "0",
    ) -> Response:
        page = await database.read(_load, conversation_id, token, after)
        return JSONResponse(
            {
                "messages": [view_message(message) for message in page.messages],
                "tickets": [view_ticket(ticket) for ticket in page.tickets],
            },
            headers={"Cache-Control": "no-store"},
        )

    @routes.get(
        _API + "/conversations/{conversation_id}/attachments/{attachment_id}",
        summary="下载会话中的文件",
        response_class=Response,
    )
    async def attachment(conversation_id: str, attachment_id: str, token: Token) -> Response:
        file = await database.read(_get_attachment, conversation_id, attachment_id, token)
        return _file_response(file)

    async def start(
        conversation_id: str,
        token: Token,
        last_event_id: Annotated[str, Header(description="上次收到的最后一个事件编号")] = "0",
    ) -> int:
        """Who may not read is told so, before the stream begins."""
        return await database.read(_find_start, conversation_id, token, last_event_id)

    @routes.get(
        _API + "/conversations/{conversation_id}/events",
        summary="事件流：message、ticket、typing",
        response_class=EventSourceResponse,
    )
    async def events(
        conversation_id: str, after: Annotated[int, Depends(start)]
    ) -> AsyncIterator[ServerSentEvent]:
        async for event in follow_conversation(database, conversation_id, after):
            yield event


def _respond(
    tx: Transaction, assistant: Assistant, conversation_id: str, token: str, incoming: Incoming
) -> dict[str, Any]:
    access_conversation(tx, conversation_id, token)
    return view_exchange(assistant.respond(tx, conversation_id, incoming))


def _choose(
    tx: Transaction,
    assistant: Assistant,
    conversation_id: str,
    token: str,
    option_id: str,
    client_id: str | None,
) -> dict[str, Any]:
    access_conversation(tx, conversation_id, token)
    return view_exchange(assistant.choose(tx, conversation_id, option_id, client_id))


def _rate(tx: Transaction, number: str, token: str, score: int, comment: str) -> dict[str, Any]:
    _, ticket = access_ticket_of_asker(tx, number, token)
    return view_ticket(rate(tx, ticket, score, comment))


def _load(tx: Transaction, conversation_id: str, token: str, after: str) -> Transcript:
    access_conversation(tx, conversation_id, token)
    return load_transcript(tx, conversation_id, find_seq(tx, conversation_id, after))


def _find_start(tx: Transaction, conversation_id: str, token: str, last_event_id: str) -> int:
    access_conversation(tx, conversation_id, token)
    return find_seq(tx, conversation_id, last_event_id)


def _get_attachment(
    tx: Transaction, conversation_id: str, attachment_id: str, token: str
) -> Attachment:
    access_conversation(tx, conversation_id, token)
    return get_attachment(tx, conversation_id, attachment_id)


def _file_response(file: Attachment) -> Response:
    """A file that somebody sent: shown only where it is a plain picture, else saved, never run."""
    shown = file.media_type in _SHOWN_IN_PLACE
    disposition = "inline" if shown else "attachment"
    return Response(
        file.content,
        media_type=file.media_type if shown else "application/octet-stream",
        headers={
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.filename)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=86400, immutable",
        },
    )

"""A Telegram Bot API server on loopback, for tests and drills.

It keeps the rules that a bot meets: long polling with confirmation by offset and redelivery until
then, 409 for a second poller, webhooks with a secret and retries until 2xx, the limits on texts and
buttons, 403 from a person who blocked the bot. `fail` scripts what goes wrong on the wire. The
people's side is `peer.user(7)`: `say`, `press`, `send_photo`, and `sees` to wait for the bot.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self, TypeVar

import aiohttp
from aiohttp import web

from tests.telegram_people import EPOCH, Message, Person, StoredFile
from tests.telegram_rules import (
    ACTIONS,
    FILE_LIMIT,
    Json,
    Refusal,
    Upload,
    bad,
    check_secret,
    checked_caption,
    checked_markup,
    checked_text,
    number,
    read_params,
    structure,
)

T = TypeVar("T")
FAULT_TEXT = {
    429: "Too Many Requests: retry later",
    500: "Internal Server Error",
    502: "Bad Gateway",
}
OTHER_POLLER = "Conflict: terminated by other getUpdates request"
HOOKED = "Conflict: can't use getUpdates method while webhook is active"
SAME = "message is not modified: specified new message content and reply markup are the same"


@dataclass
class Fault:
    """What goes wrong the next `times` times that the bot calls `method` ("*" = any method)."""

    method: str
    status: int
    retry_after: int | None
    drop: Literal["", "before", "after"]  # cut the connection before or after the call took effect
    times: int
    chat: int | None


@dataclass
class Call:
    """One call by the bot, and the status that it got (0: the connection was cut)."""

    method: str
    params: Json
    status: int = 200


class TelegramPeer:
    """The server: `async with TelegramPeer() as peer`, and point the bot at `peer.url`."""

    def __init__(self, token: str = "42:loopback") -> None:
        self.token = token
        self.bot: Json = {"id": 42, "is_bot": True, "first_name": "小海马", "username": "haima_bot"}
        self.url = ""
        self.counter = itertools.count(1)
        self.calls: list[Call] = []
        self.commands: list[Json] = []
        self.open_queries: dict[str, Person] = {}
        self.webhook: Json = {"url": ""}
        self._people: dict[int, Person] = {}
        self._files: dict[str, StoredFile] = {}
        self._faults: list[Fault] = []
        self._pending: dict[int, tuple[int, Json]] = {}  # update id → chat, update
        self._allowed: list[str] = []
        self._poll = 0  # number of the newest getUpdates: an older one is cut off
        self._waiting: list[asyncio.Future[None]] = []
        self._posting: dict[int, asyncio.Task[None]] = {}
        self._web = web.Application(client_max_size=64 * 1024 * 1024)
        self._web.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._web.router.add_get("/file/bot{token}/{path:.+}", self._download)

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._web, shutdown_timeout=0.2)
        await self._runner.setup()
        await (site := web.TCPSite(self._runner, "127.0.0.1", 0)).start()
        self.url = site.name
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._poll += 1
        self.changed()
        for task in self._posting.values():
            task.cancel()
        await asyncio.gather(*self._posting.values(), return_exceptions=True)
        await self._client.close()
        await self._runner.cleanup()

    def user(self, id: int, first_name: str = "咨询人") -> Person:
        return self._people.setdefault(id, Person(self, id, first_name))

    def fail(
        self,
        method: str,
        status: int = 500,
        *,
        retry_after: int | None = None,
        drop: Literal["", "before", "after"] = "",
        times: int = 1,
        chat: int | None = None,
    ) -> None:
        """Script a fault. 429 wants `retry_after` (seconds); `drop` cuts the connection."""
        self._faults.append(Fault(method.lower(), status, retry_after, drop, times, chat))

    def called(self, method: str) -> list[Call]:
        return [c for c in self.calls if c.method == method.lower()]

    async def until(self, condition: Callable[[], T], seconds: float = 10) -> T:
        """Wait until the condition holds after some change here; its last value, true or not."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not (value := condition()) and (left := end - loop.time()) > 0:
            self._waiting.append(waiter := loop.create_future())
            await asyncio.wait([waiter], timeout=left)
        return value

    def changed(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
        self._waiting.clear()

    def push(self, chat: int, kind: str, body: Json) -> None:
        """Queue an update for the bot."""
        if not self._allowed or kind in self._allowed:
            update = {"update_id": next(self.counter), kind: json.loads(json.dumps(body))}
            self._pending[update["update_id"]] = (chat, update)
            self._post_pending()
            self.changed()

    def write(self, person: Person, sender: Json, body: Json) -> Message:
        head = {"message_id": next(self.counter), "date": EPOCH, "chat": person.raw_chat()}
        person.chat.append(message := Message(head | {"from": sender} | body))
        self.changed()
        return message

    def store(self, name: str, data: bytes, mime: str) -> StoredFile:
        file = StoredFile(f"file{next(self.counter)}", name, data, mime)
        self._files[file.id] = file
        return file

    # -- the wire

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        if request.match_info["token"] != self.token:
            return Refusal(401, "Unauthorized").response()
        self.calls.append(call := Call(method, await read_params(request)))
        fault = self._fault(call)
        try:
            if fault and fault.drop != "after":
                raise Refusal(
                    fault.status, FAULT_TEXT.get(fault.status, "Fault"), fault.retry_after
                )
            handler = getattr(self, f"_do_{method}", None)
            if not handler:
                raise Refusal(404, "Not Found")
            response = web.json_response({"ok": True, "result": await handler(call.params)})
        except Refusal as refusal:
            call.status = refusal.code
            response = refusal.response()
        if fault and fault.drop and request.transport:
            call.status = 0
            request.transport.abort()
        self.changed()
        return response

    def _fault(self, call: Call) -> Fault | None:
        for fault in self._faults:
            chat = fault.chat is None or str(call.params.get("chat_id")) == str(fault.chat)
            if fault.method in ("*", call.method) and fault.times > 0 and chat:
                fault.times -= 1
                return fault
        return None

    async def _download(self, request: web.Request) -> web.Response:
        file = self._files.get(request.match_info["path"].split("/")[-1].split(".")[0])
        if request.match_info["token"] != self.token or not file:
            return Refusal(404, "Not Found").response()
        self.calls.append(call := Call("file", {"file_id": file.id}))
        if fault := self._fault(call):
            call.status = fault.status
            return web.Response(status=fault.status)
        return web.Response(body=file.data, content_type="application/octet-stream")

    def _post_pending(self) -> None:
        """Every chat's updates go to the webhook in order, the chats side by side."""
        for chat, _ in self._pending.values() if self.webhook["url"] else ():
            if chat not in self._posting or self._posting[chat].done():
                self._posting[chat] = asyncio.create_task(self._post(chat))

    async def _post(self, chat: int) -> None:
        delay = 0.05
        while url := self.webhook["url"]:
            update = next((u for c, u in self._pending.values() if c == chat), None)
            if not update:
                return
            secret = self.webhook.get("secret_token")
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
            try:
                async with self._client.post(url, json=update, headers=headers) as response:
                    ok = 200 <= response.status < 300
                    error = "" if ok else f"Wrong response from the webhook: {response.status}"
            except (aiohttp.ClientError, TimeoutError) as failure:
                error = f"Connection failed: {failure}"
            if not error:
                self._pending.pop(update["update_id"], None)
                delay = 0.05
                self.changed()
                continue
            self.webhook["last_error_message"] = error
            self.changed()
            await asyncio.sleep(delay)
            delay = min(1.0, delay * 2)

    # -- the methods, named as in the Bot API

    async def _do_getme(self, params: Json) -> Json:
        return self.bot | {"can_join_groups": True, "supports_inline_queries": False}

    async def _do_getupdates(self, params: Json) -> list[Json]:
        if self.webhook["url"]:
            raise Refusal(409, HOOKED)
        self._poll += 1
        me = self._poll
        self.changed()  # the poller before this one is cut off
        self._allow(params)
        self._confirm(number(params, "offset"))
        limit = max(1, min(100, number(params, "limit", 100)))
        await self.until(lambda: self._pending or self._poll != me, number(params, "timeout"))
        if self._poll != me:
            raise Refusal(409, HOOKED if self.webhook["url"] else OTHER_POLLER)
        return [update for _, update in self._pending.values()][:limit]

    def _allow(self, params: Json) -> None:
        if (kinds := structure(params, "allowed_updates")) is not None:
            self._allowed = kinds

    def _confirm(self, offset: int) -> None:
        """Forget what is before the offset; a negative one counts from the end of the queue."""
        if offset < 0:
            offset = ([0, *self._pending][1:][offset:] or [0])[0]
        self._pending = {id: kept for id, kept in self._pending.items() if id >= offset}

    async def _do_setwebhook(self, params: Json) -> bool:
        secret = str(params.get("secret_token") or "")
        if secret:
            check_secret(secret)
        self._allow(params)
        if params.get("drop_pending_updates") in (True, "true", "True", "1"):
            self._pending.clear()
        self.webhook = {"url": str(params.get("url") or ""), "secret_token": secret}
        if self.webhook["url"]:
            self._poll += 1
        self._post_pending()
        return True

    async def _do_deletewebhook(self, params: Json) -> bool:
        drop = {"drop_pending_updates": params.get("drop_pending_updates")}
        return await self._do_setwebhook(drop)

    async def _do_getwebhookinfo(self, params: Json) -> Json:
        info = {k: v for k, v in self.webhook.items() if k != "secret_token"}
        return info | {"has_custom_certificate": False, "pending_update_count": len(self._pending)}

    async def _do_setmycommands(self, params: Json) -> bool:
        self.commands = structure(params, "commands")
        return True

    def _reached(self, params: Json) -> Person:
        person = self._people.get(number(params, "chat_id"))
        if not person or not person.started:
            raise bad("chat not found")
        if person.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return person

    def _written(self, params: Json, body: Json) -> Json:
        person = self._reached(params)
        if reply := structure(params, "reply_parameters"):
            original = next((m for m in person.chat if m.id == int(reply["message_id"])), None)
            if original:
                inner = {k: v for k, v in original.raw.items() if k != "reply_to_message"}
                body["reply_to_message"] = inner
            elif not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
        return self.write(person, self.bot, body | checked_markup(params)).raw

    async def _do_sendmessage(self, params: Json) -> Json:
        return self._written(params, {"text": checked_text(params)})

    async def _do_sendphoto(self, params: Json) -> Json:
        return self._file_written(params, "photo")

    async def _do_senddocument(self, params: Json) -> Json:
        return self._file_written(params, "document")

    async def _do_sendvoice(self, params: Json) -> Json:
        return self._file_written(params, "voice")

    def _file_written(self, params: Json, kind: str) -> Json:
        sent = params.get(kind)
        if isinstance(sent, str) and sent.startswith("attach://"):
            sent = params.get(sent.removeprefix("attach://"))
        file = self._files.get(str(sent))
        if isinstance(sent, Upload):
            if not sent.data:
                raise bad("file must be non-empty")
            file = self.store(sent.name, sent.data, sent.mime)
        if not file:
            raise bad("wrong file identifier/HTTP URL specified")
        caption = checked_caption(params)
        body = {kind: file.raw(kind)} | ({"caption": caption} if caption else {})
        return self._written(params, body)

    async def _do_editmessagetext(self, params: Json) -> Json:
        return self._edited(params, {"text": checked_text(params)})

    async def _do_editmessagereplymarkup(self, params: Json) -> Json:
        return self._edited(params, {})

    def _edited(self, params: Json, new: Json) -> Json:
        person, id = self._reached(params), number(params, "message_id")
        message = next((m for m in person.chat if m.id == id), None)
        if not message:
            raise bad("message to edit not found")
        if not message.from_bot or (new and "text" not in message.raw):
            raise bad("message can't be edited")
        before = {k: v for k, v in message.raw.items() if k != "edit_date"}
        after = {k: v for k, v in before.items() if k != "reply_markup"}
        after |= new | checked_markup(params)
        if after == before:
            raise bad(SAME)
        message.raw, message.edits = after | {"edit_date": EPOCH}, message.edits + 1
        return message.raw

    async def _do_answercallbackquery(self, params: Json) -> bool:
        person = self.open_queries.pop(str(params.get("callback_query_id")), None)
        if not person:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(text := str(params.get("text") or "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        person.toasts.append(text)
        return True

    async def _do_sendchataction(self, params: Json) -> bool:
        if params.get("action") not in ACTIONS:
            raise bad("wrong parameter action in request")
        self._reached(params)
        return True

    async def _do_getfile(self, params: Json) -> Json:
        file = self._files.get(str(params.get("file_id")))
        if not file:
            raise bad("invalid file_id")
        if len(file.data) > FILE_LIMIT:
            raise bad("file is too big")
        return {
            "file_id": file.id,
            "file_unique_id": f"u{file.id}",
            "file_size": len(file.data),
            "file_path": f"files/{file.id}.bin",
        }

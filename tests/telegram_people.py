"""The people's side of the Telegram peer: who writes to the bot, and what they see."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.telegram_rules import Json

if TYPE_CHECKING:
    from tests.telegram_peer import TelegramPeer

EPOCH = 1_790_000_000  # every message is sent in this second: nothing here reads a clock


@dataclass
class StoredFile:
    id: str
    name: str
    data: bytes
    mime: str

    def raw(self, kind: str) -> Any:
        common = {"file_id": self.id, "file_unique_id": f"u{self.id}", "file_size": len(self.data)}
        if kind == "photo":  # a thumbnail first, the picture itself last
            return [common | {"width": w, "height": w} for w in (90, 1280)]
        if kind == "voice":
            return common | {"duration": 3, "mime_type": self.mime}
        return common | {"file_name": self.name, "mime_type": self.mime}


@dataclass(frozen=True)
class Button:
    text: str
    data: str
    message_id: int


@dataclass
class Message:
    """One message of a private chat, as both sides see it now."""

    raw: Json
    edits: int = 0

    @property
    def id(self) -> int:
        return int(self.raw["message_id"])

    @property
    def text(self) -> str:
        return str(self.raw.get("text") or self.raw.get("caption") or "")

    @property
    def from_bot(self) -> bool:
        return bool(self.raw["from"]["is_bot"])

    @property
    def buttons(self) -> list[Button]:
        rows = self.raw.get("reply_markup", {}).get("inline_keyboard", [])
        return [Button(b["text"], b.get("callback_data", ""), self.id) for row in rows for b in row]


@dataclass
class Person:
    """Somebody with a Telegram account, in a private chat with the bot."""

    peer: TelegramPeer
    id: int
    first_name: str
    started: bool = False
    blocked: bool = False
    chat: list[Message] = field(default_factory=list)
    toasts: list[str] = field(default_factory=list)  # answers to pressed buttons

    def raw(self) -> Json:
        return {"id": self.id, "is_bot": False, "first_name": self.first_name}

    def raw_chat(self) -> Json:
        return {"id": self.id, "type": "private", "first_name": self.first_name}

    @property
    def received(self) -> list[Message]:
        return [m for m in self.chat if m.from_bot]

    def say(self, text: str, reply_to: Message | None = None) -> Message:
        body: Json = {"text": text}
        if command := re.match(r"/\w+", text):
            body["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        return self._send(body, reply_to)

    def edit(self, message: Message, text: str) -> None:
        message.raw |= {"text": text, "edit_date": EPOCH}
        self.peer.push(self.id, "edited_message", message.raw)

    def send_photo(
        self, data: bytes, caption: str = "", reply_to: Message | None = None
    ) -> Message:
        return self._send_file("photo", data, "photo.jpg", "image/jpeg", caption, reply_to)

    def send_document(self, data: bytes, name: str, mime: str, caption: str = "") -> Message:
        return self._send_file("document", data, name, mime, caption, None)

    def send_voice(self, data: bytes) -> Message:
        return self._send_file("voice", data, "voice.oga", "audio/ogg", "", None)

    def press(self, label: str) -> str:
        """Press the newest button that bears this label; the id of the callback query."""
        button = next(
            (b for m in reversed(self.received) for b in m.buttons if b.text == label), None
        )
        assert button, f"no button {label!r}; there are {[b.text for b in self._all_buttons()]}"
        return self.press_data(button.data, button.message_id)

    def press_data(self, data: str, message_id: int) -> str:
        message = next(m for m in self.chat if m.id == message_id)
        query = f"query{next(self.peer.counter)}"
        self.peer.open_queries[query] = self
        body: Json = {"id": query, "from": self.raw(), "message": message.raw}
        body |= {"chat_instance": str(self.id), "data": data}
        self.peer.push(self.id, "callback_query", body)
        return query

    def block(self, blocked: bool = True) -> None:
        self.blocked = blocked
        states = ("member", "kicked") if blocked else ("kicked", "member")
        old, new = ({"user": self.peer.bot, "status": s, "until_date": 0} for s in states)
        change: Json = {"chat": self.raw_chat(), "from": self.raw(), "date": EPOCH}
        self.peer.push(
            self.id, "my_chat_member", change | {"old_chat_member": old, "new_chat_member": new}
        )

    async def sees(self, what: str | Callable[[Message], object], seconds: float = 10) -> Message:
        """Wait for a message of the bot that contains a text or meets a condition."""
        meets = what if callable(what) else lambda m: what in m.text
        found = await self.peer.until(lambda: next(filter(meets, self.received), None), seconds)
        assert found, f"not seen: {what!r}; the bot wrote {[m.text for m in self.received]}"
        return found

    async def sees_count(self, count: int, seconds: float = 10) -> list[Message]:
        """Wait until the bot has written at least so many messages."""
        await self.peer.until(lambda: len(self.received) >= count, seconds)
        assert len(self.received) >= count, f"the bot wrote {[m.text for m in self.received]}"
        return self.received

    def _all_buttons(self) -> list[Button]:
        return [b for m in self.received for b in m.buttons]

    def _send(self, body: Json, reply_to: Message | None) -> Message:
        self.started = True
        if reply_to:
            inner = {k: v for k, v in reply_to.raw.items() if k != "reply_to_message"}
            body |= {"reply_to_message": inner}
        message = self.peer.write(self, self.raw(), body)
        self.peer.push(self.id, "message", message.raw)
        return message

    def _send_file(
        self, kind: str, data: bytes, name: str, mime: str, caption: str, reply: Message | None
    ) -> Message:
        body: Json = {kind: self.peer.store(name, data, mime).raw(kind)}
        return self._send(body | ({"caption": caption} if caption else {}), reply)

"""Telegram's updates as plain values: who did what in which chat."""

from dataclasses import dataclass
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import CallbackQuery, ChatMemberUpdated, Message, Update

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that we ask for."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A photo, voice message or file that waits at Telegram to be fetched."""

    file_id: str
    kind: str  # photo, voice, file
    filename: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Said:
    """A text, a file, or both. `client_id` is unique in the chat."""

    chat: int
    name: str
    client_id: str
    text: str
    file: SentFile | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """/start, with what the link that was opened carries."""

    chat: int
    name: str
    client_id: str
    payload: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of ours."""

    chat: int
    name: str
    query_id: str
    message_id: str
    data: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """The person blocked the bot and lets it write again."""

    chat: int


Event = Said | Started | Pressed | CameBack


def make_dispatcher() -> Dispatcher:
    """Routes updates of private chats to the functions below; what matters to nobody gives None."""
    dispatcher = Dispatcher(disable_fsm=True)
    router = Router()
    private = F.chat.type == ChatType.PRIVATE
    router.message.register(_started, private, CommandStart())
    router.message.register(_said, private)
    router.edited_message.register(_edited, private, F.text)
    router.callback_query.register(_pressed, F.message.chat.type == ChatType.PRIVATE, F.data)
    router.my_chat_member.register(
        _came_back,
        private,
        F.old_chat_member.status == ChatMemberStatus.KICKED,
        F.new_chat_member.status == ChatMemberStatus.MEMBER,
    )
    dispatcher.include_router(router)
    return dispatcher


async def read_event(dispatcher: Dispatcher, bot: Bot, body: dict[str, Any]) -> Event | None:
    """What an update says. Raises pydantic's ValidationError when it is no update."""
    update = Update.model_validate(body, context={"bot": bot})
    event = await dispatcher.feed_update(bot, update)
    return event if isinstance(event, Event) else None


async def _started(message: Message, command: CommandObject) -> Started:
    return Started(message.chat.id, _name(message), _client_id(message), command.args or "")


async def _said(message: Message) -> Said:
    original = message.reply_to_message
    return Said(
        chat=message.chat.id,
        name=_name(message),
        client_id=_client_id(message),
        text=(message.text or message.caption or "").strip(),
        file=_file(message),
        reply_to=str(original.message_id) if original else None,
    )


async def _edited(message: Message) -> Said:
    return await _said(message)


async def _pressed(query: CallbackQuery) -> Pressed:
    message = query.message
    return Pressed(
        chat=message.chat.id if message else query.from_user.id,
        name=query.from_user.full_name,
        query_id=query.id,
        message_id=str(message.message_id) if message else "",
        data=query.data or "",
    )


async def _came_back(change: ChatMemberUpdated) -> CameBack:
    return CameBack(change.chat.id)


def _name(message: Message) -> str:
    return message.from_user.full_name if message.from_user else ""


def _client_id(message: Message) -> str:
    """An edited message counts as a further one."""
    edited = f"-{message.edit_date}" if message.edit_date else ""
    return f"tg-{message.message_id}{edited}"


def _file(message: Message) -> SentFile | None:
    """The file that a message carries, if it carries one."""
    if message.photo:
        return SentFile(message.photo[-1].file_id, "photo", "照片.jpg", "image/jpeg")
    if message.voice:
        media_type = message.voice.mime_type or "audio/ogg"
        return SentFile(message.voice.file_id, "voice", "语音.oga", media_type)
    named = message.document or message.video or message.audio or message.animation
    if named:
        media_type = named.mime_type or "application/octet-stream"
        return SentFile(named.file_id, "file", named.file_name or "文件", media_type)
    if message.video_note:
        return SentFile(message.video_note.file_id, "file", "视频.mp4", "video/mp4")
    return None

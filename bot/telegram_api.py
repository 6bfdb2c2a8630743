"""Calls to the Telegram Bot API, with its refusals said in the words of delivery."""

from collections.abc import Awaitable
from typing import TypeVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
)
from aiohttp import ClientError

from bot.delivery import Keyboard, Part, Refused, RetryLater, Unreachable
from bot.telegram_letters import compose
from handoff.conversations import Attachment, Channel
from handoff.outbox import FILE_LEASE_MS, LEASE_MS

T = TypeVar("T")
_TEXT_SECONDS = LEASE_MS // 1000 - 5
_FILE_SECONDS = FILE_LEASE_MS // 1000 - 5
_REASONS = (
    ("blocked by the user", "对方已停用机器人"),
    ("user is deactivated", "对方的 Telegram 账号已注销"),
    ("chat not found", "找不到对方的 Telegram 聊天"),
)
_SETTLED = ("message is not modified", "message to edit not found", "message can't be edited")


def open_bot(token: str, api_url: str) -> Bot:
    """The client; `api_url` is Telegram's or that of a server of one's own."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url))
    return Bot(token, session=session)


class TelegramMessenger:
    """Sends the parts of letters, and fetches what people sent."""

    channel: Channel = "telegram"
    spacing = 1 / 25  # Telegram allows a bot about 30 messages a second

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.compose = compose

    async def send(self, chat: str, part: Part) -> str:
        if part.edits:
            return await self._edit(chat, part, part.edits)
        if part.attachment:
            return _id(await _said(self._send_file(chat, part.attachment)))
        call = self._bot.send_message(
            chat,
            part.text,
            reply_markup=_markup(part.keyboard),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            request_timeout=_TEXT_SECONDS,
        )
        return _id(await _said(call))

    async def typing(self, chat: int) -> None:
        """Show that an answer is being written; not worth a second try."""
        try:
            await _said(self._bot.send_chat_action(chat, "typing", request_timeout=5))
        except (RetryLater, Unreachable, Refused):
            return

    async def toast(self, query_id: str, text: str) -> None:
        """Answer a pressed button; it runs out by itself, so not worth a second try."""
        try:
            await _said(self._bot.answer_callback_query(query_id, text[:200], request_timeout=5))
        except (RetryLater, Unreachable, Refused):
            return

    async def download(self, file_id: str) -> bytes:
        """A file that somebody sent. Raises Refused when Telegram does not give it out."""
        file = await _said(self._bot.get_file(file_id, request_timeout=_TEXT_SECONDS))
        assert file.file_path
        stream = await _said(self._bot.download_file(file.file_path, timeout=_FILE_SECONDS))
        return stream.read() if stream else b""

    async def _edit(self, chat: str, part: Part, message_id: str) -> str:
        call = self._bot.edit_message_text(
            part.text,
            chat_id=chat,
            message_id=int(message_id),
            reply_markup=_markup(part.keyboard),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            request_timeout=_TEXT_SECONDS,
        )
        try:
            await _said(call)
        except Refused as refusal:
            if not any(settled in str(refusal) for settled in _SETTLED):
                raise
        return message_id

    def _send_file(self, chat: str, attachment: Attachment) -> Awaitable[Message]:
        file = BufferedInputFile(attachment.content, attachment.filename)
        if attachment.media_type in ("image/jpeg", "image/png"):
            return self._bot.send_photo(chat, file, request_timeout=_FILE_SECONDS)
        if attachment.media_type == "audio/ogg":
            return self._bot.send_voice(chat, file, request_timeout=_FILE_SECONDS)
        return self._bot.send_document(chat, file, request_timeout=_FILE_SECONDS)


async def _said(call: Awaitable[T]) -> T:
    """Await a call; what Telegram refuses becomes RetryLater, Refused or Unreachable."""
    try:
        return await call
    except TelegramRetryAfter as error:
        raise RetryLater(error.retry_after) from error
    except (TelegramForbiddenError, TelegramBadRequest, TelegramEntityTooLarge) as error:
        known = (text for mark, text in _REASONS if mark in error.message)
        raise Refused(next(known, f"Telegram 拒绝：{error.message}")) from error
    except TelegramNotFound as error:  # also what a wrong address answers
        raise Unreachable(error.message) from error
    except AiogramError as error:
        raise Unreachable(str(error)[:300]) from error
    except (ClientError, OSError, TimeoutError) as error:  # its text may name the address: a secret
        raise Unreachable(type(error).__name__) from None


def _id(message: Message) -> str:
    return str(message.message_id)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    rows = [
        [InlineKeyboardButton(text=button.text, callback_data=button.data) for button in row]
        for row in keyboard
    ]
    return InlineKeyboardMarkup(inline_keyboard=rows)

"""What the Bot API refuses, and how it reads the parameters of a call."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import BodyPartReader, web

Json = dict[str, Any]
TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024  # UTF-16 code units
FILE_LIMIT = 20 * 1024 * 1024  # bytes that a bot may download
ACTIONS = [
    "typing",
    "upload_photo",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
]


class Refusal(Exception):
    """An error answer of the Bot API."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.retry_after = code, description, retry_after

    def response(self) -> web.Response:
        body: Json = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return web.json_response(body, status=self.code)


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


@dataclass
class Upload:
    """A file part of a multipart call."""

    name: str
    data: bytes
    mime: str


def utf16_units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


async def read_params(request: web.Request) -> Json:
    """Query, form, JSON or multipart: all may carry the parameters, lists and objects as JSON."""
    params: Json = dict(request.query)
    if request.content_type == "application/json":
        params |= json.loads(await request.text() or "{}")
    elif request.content_type == "multipart/form-data":
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            data = bytes(await part.read())
            mime = part.headers.get("Content-Type", "application/octet-stream")
            is_file = part.filename is not None
            params[part.name or ""] = (
                Upload(part.filename or "", data, mime) if is_file else data.decode()
            )
    else:
        params |= dict(await request.post())
    return params


def number(params: Json, name: str, default: int = 0) -> int:
    try:
        return int(params.get(name) or default)
    except ValueError:
        raise bad(f"invalid {name} specified") from None


def structure(params: Json, name: str) -> Any:
    value = params.get(name)
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise bad(f"can't parse {name} JSON object") from None


def checked_text(params: Json) -> str:
    text = _utf8(params.get("text"))
    if not text:
        raise bad("message text is empty")
    if utf16_units(text) > TEXT_LIMIT:
        raise bad("message is too long")
    return text


def checked_caption(params: Json) -> str:
    caption = _utf8(params.get("caption"))
    if utf16_units(caption) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    return caption


def _utf8(value: object) -> str:
    text = str(value or "").strip()
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    return text


def checked_markup(params: Json) -> Json:
    """An inline keyboard as a message carries it; {} for none."""
    markup = structure(params, "reply_markup")
    rows = (markup or {}).get("inline_keyboard", [])
    for button in (b for row in rows for b in row):
        if not str(button.get("text", "")).strip():
            raise bad("can't parse inline keyboard button: Text buttons are unallowed")
        if "url" not in button and not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
    if sum(map(len, rows)) > 100:
        raise bad("reply markup is too long")
    return {"reply_markup": {"inline_keyboard": rows}} if any(rows) else {}


def check_secret(secret: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad("secret token contains unallowed characters")

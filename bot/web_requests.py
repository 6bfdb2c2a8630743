"""What an asker's requests carry: a bearer token, a JSON object, or a form with a file.

Read by hand, because every message of every asker passes here; whatever cannot be taken is refused
with a sentence that says what is wrong.
"""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import Request
from fastapi.security import HTTPBearer
from starlette.datastructures import UploadFile

from bot.assistant import Incoming
from bot.http_errors import Refused
from handoff.conversations import LARGEST_ATTACHMENT, Attachment
from handoff.desk.uploads import limit_body

LONGEST_CLIENT_ID = 100
_LARGEST_JSON = 128 * 1024
_LARGEST_FORM = LARGEST_ATTACHMENT + 256 * 1024  # the text and the form's own lines come on top
_refuse_json = partial(Refused, 413, "too_large", "消息太大，请控制在 128 KB 以内。")
_refuse_form = partial(Refused, 413, "too_large", "文件太大，请控制在 20 MB 以内。")
_SIGN_IN = {"WWW-Authenticate": "Bearer"}


class AskerToken(HTTPBearer):
    """The token that an asker got with the conversation; 401 without one."""

    def __init__(self) -> None:
        super().__init__(scheme_name="咨询人令牌", description="建立会话时返回的 token")

    async def __call__(self, request: Request) -> str:  # type: ignore[override]  # the bare token
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Refused(401, "unauthorized", "缺少会话令牌，请刷新页面重试。", _SIGN_IN)
        return token.strip()


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object of a request. Raises Refused."""
    body = await limit_body(request, _LARGEST_JSON, _refuse_json).body()
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "not_json", "请求内容不是有效的 JSON（UTF-8 编码）。") from None
    if not isinstance(value, dict):
        raise Refused(400, "not_json", "请求内容应为 JSON 对象。")
    return value


def get_text(body: Mapping[str, Any], name: str, longest: int | None = None) -> str:
    """A text that must be there, at most `longest` characters. Raises Refused."""
    text = find_text(body, name, longest)
    if text is None:
        raise Refused(422, "invalid", f"缺少 {name}。")
    return text


def find_text(body: Mapping[str, Any], name: str, longest: int | None = None) -> str | None:
    """A text that may be missing or null. Raises Refused for anything else than a clean text."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused(422, "invalid", f"{name} 应为文字。")
    if longest is not None and len(value) > longest:
        raise Refused(422, "too_long", f"{name} 太长，请控制在 {longest} 字以内。")
    if "\0" in value or not _is_storable(value):
        raise Refused(422, "bad_characters", f"{name} 里有无法识别的字符，请删去后再发送。")
    return value


def find_client_id(body: Mapping[str, Any]) -> str | None:
    """The sender's own id of a message, by which a repeat is recognised."""
    client_id = find_text(body, "client_id", LONGEST_CLIENT_ID)
    if client_id == "":
        raise Refused(422, "invalid", "client_id 不能是空的。")
    return client_id


def is_form(request: Request) -> bool:
    return request.headers.get("Content-Type", "").lower().startswith("multipart/form-data")


async def read_form(request: Request) -> Incoming:
    """A message with a file: the fields `file`, `text` and `client_id`. Raises Refused."""
    limited = limit_body(request, _LARGEST_FORM, _refuse_form)
    async with limited.form(max_files=1, max_fields=4, max_part_size=_LARGEST_JSON) as form:
        upload = form.get("file")
        if not isinstance(upload, UploadFile):
            raise Refused(422, "invalid", "缺少文件（字段 file）。")
        content = await upload.read()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    filename = (upload.filename or "").replace("\\", "/").rpartition("/")[2]
    media_type = (upload.content_type or "").partition(";")[0].strip().lower()[:100]
    if "\0" in filename + media_type or not _is_storable(filename + media_type):
        raise Refused(422, "bad_characters", "文件名里有无法识别的字符，请改名后再发送。")
    return Incoming(
        text=find_text(fields, "text") or "",
        client_id=find_client_id(fields),
        attachment=Attachment(filename, media_type, content),
        kind=_kind(media_type),
    )


def _kind(media_type: str) -> str:
    family = media_type.partition("/")[0]
    return {"image": "photo", "audio": "voice"}.get(family, "file")


def _is_storable(text: str) -> bool:
    """Half of a surrogate pair can be said in JSON, but it is no character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

"""Files that staff upload, read with a limit and only once it is known who sends them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import Request, UploadFile
from starlette.datastructures import UploadFile as StarletteFile
from starlette.types import Message, Receive

from handoff.conversations import LARGEST_ATTACHMENT
from handoff.desk.forms import Form
from handoff.errors import Invalid

LARGEST_REQUEST = 100 * 1024 * 1024
_MOST_FILES = 30
_LARGEST_FIELD = 30 * 1024 * 1024
_TOO_MUCH = "上传的内容太大：每个文件不超过 20 MB，一次不超过 100 MB。"


def documented_file(*fields: str) -> dict[str, Any]:
    """What OpenAPI is to say of a call that `read_one_file` reads, with the fields beside it."""
    texts = {name: {"type": "string"} for name in fields}
    schema = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}, **texts},
        "required": ["file"],
    }
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@asynccontextmanager
async def open_file_form(request: Request) -> AsyncIterator[Form]:
    """A form with files, which last as long as it is open.

    Raises Invalid when it is larger than all its files may be together.
    """
    limited = limit_body(request, LARGEST_REQUEST, partial(Invalid, _TOO_MUCH))
    async with limited.form(
        max_files=_MOST_FILES, max_fields=200, max_part_size=_LARGEST_FIELD
    ) as data:
        yield Form(data)


async def read_one_file(request: Request, *fields: str) -> tuple[bytes, str, dict[str, str]]:
    """The file of a call with one, its name, and the named fields beside it. Raises Invalid."""
    async with open_file_form(request) as form:
        file = form.file("file")
        if file is None:
            raise Invalid("请先选择文件（字段 file）。")
        data, name = await read_upload(file)
        return data, name, {field: form.line(field) for field in fields}


async def read_upload(file: UploadFile | StarletteFile) -> tuple[bytes, str]:
    """The content and the plain file name. Raises Invalid above 20 MB."""
    data = await file.read(LARGEST_ATTACHMENT + 1)
    if len(data) > LARGEST_ATTACHMENT:
        raise Invalid("文件太大，请控制在 20 MB 以内。")
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return data, name


def limit_body(request: Request, largest: int, refuse: Callable[[], Exception]) -> Request:
    """The request with a body that raises what `refuse` makes once it is larger than `largest`
    bytes; at once when it says so itself."""
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > largest:
        raise refuse()
    return Request(request.scope, LimitedBody(request.receive, largest, refuse).receive)


class LimitedBody:
    """Hands on the body of a request until it grows larger than it may."""

    def __init__(self, receive: Receive, largest: int, refuse: Callable[[], Exception]) -> None:
        self._receive = receive
        self._left = largest
        self._refuse = refuse

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise self._refuse()
        return message

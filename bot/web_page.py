"""The chat page: a shell that the server fills, its style and its scripts."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

import handoff.desk
from bot import wording
from bot.http_errors import Refused
from bot.services import Services
from bot.web_templates import PAGE_HEADERS, PAGES, render_page
from handoff.conversations import LARGEST_ATTACHMENT, LONGEST_TEXT
from handoff.projects import Project, get_project

EXAMPLES = (
    "工程项目审批分几个阶段？",
    "申请材料不全怎么办？",
    "怎么知道审批办到哪一步了？",
    "代办帮办服务收费吗？",
)
"""Shown on an empty page; a fresh install answers each of them with its source, wherever it is."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_BASE_STYLE = Path(handoff.desk.__file__).parent / "static" / "base.css"


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    media_type: str
    etag: str


def add_pages(routes: APIRouter, services: Services) -> None:
    """`/`, `/c/{token}` for one project, and `/static/{name}`."""
    files = _load_files()

    @routes.get("/", include_in_schema=False)
    async def page() -> Response:
        return _render(services, None)

    @routes.get("/c/{token}", include_in_schema=False)
    async def page_of_project(token: str) -> Response:
        return _render(services, await services.database.read(get_project, token))

    @routes.get("/static/{name}", include_in_schema=False)
    async def static(name: str, request: Request) -> Response:
        file = files.get(name)
        if file is None:
            raise Refused(404, "not_found", "没有这个文件。")
        headers = {"ETag": file.etag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == file.etag:
            return Response(status_code=304, headers=headers)
        return Response(file.content, media_type=file.media_type, headers=headers)


def _render(services: Services, project: Project | None) -> Response:
    html = render_page(
        "chat.html",
        project=project,
        examples=EXAMPLES,
        way_out=wording.NONE_FITS,
        timezone=services.settings.timezone,
        longest_text=LONGEST_TEXT,
        largest_file=LARGEST_ATTACHMENT,
    )
    return HTMLResponse(html, headers=PAGE_HEADERS)


def _load_files() -> dict[str, _File]:
    """All files that the page may load, read once; nothing else can be asked for."""
    paths = [path for path in (PAGES / "static").iterdir() if path.suffix in _TYPES]
    files = {}
    for path in (*paths, _BASE_STYLE):
        content = path.read_bytes()
        etag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        files[path.name] = _File(content, _TYPES[path.suffix], etag)
    return files

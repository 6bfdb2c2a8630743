"""The desk's pages as HTML, and how a page is refused."""

import hashlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute

from faq.errors import EntryConflict, EntryNotFound, FaqError
from handoff.desk import wording
from handoff.desk.auth import NotSignedIn
from handoff.desk.context import Desk
from handoff.errors import Conflict, Forbidden, HandoffError, NotFound, TooManyTries
from handoff.staff import ROLE_NAMES, Staff
from knowledge.errors import DocumentConflict, DocumentNotFound, KnowledgeError
from retrieval.places import UnknownRegion

REFUSALS = (HandoffError, FaqError, KnowledgeError, UnknownRegion)
"""What the packages refuse; the text of each is for the person who asked."""

_HOME = "/desk/"
_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_STATUSES: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    ((NotFound, EntryNotFound, DocumentNotFound), 404),
    ((Forbidden,), 403),
    ((Conflict, EntryConflict, DocumentConflict), 409),
    ((TooManyTries,), 429),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A place of the navigation; it is marked on its own pages, and on those of `parts`."""

    path: str
    text: str
    parts: tuple[str, ...] = ()

    def leads(self, path: str) -> bool:
        """Whether a page belongs to this place."""
        within = () if self.path == _HOME else (self.path,)
        return path == self.path or path.startswith((*within, *self.parts))


class Pages:
    """Renders the templates for one desk."""

    def __init__(self, desk: Desk) -> None:
        self._zone = desk.calendar.zone
        self._place = desk.place
        self._files = {path.name: path for path in (_HERE / "static").iterdir()}
        self._version = _fingerprint(self._files.values())
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        self._templates.filters |= {
            "date": wording.render_date,
            "size": wording.render_size,
            "percent": wording.render_percent,
        }

    def render(
        self,
        request: Request,
        me: Staff | None,
        template: str,
        *,
        code: int = 200,
        **values: object,
    ) -> HTMLResponse:
        """A page; `?done=…` in its address says what has just been done."""
        now = int(time.time() * 1000)
        html = self._templates.get_template(template).render(
            me=me,
            role_name=ROLE_NAMES[me.role] if me else "",
            place_name=self._place(me.region) if me and me.region != "100000" else "全国",
            links=_links(me) if me else (),
            path=request.url.path,
            version=self._version,
            done=wording.DONE.get(request.query_params.get("done", ""), ""),
            now=now,
            moment=lambda at: wording.render_moment(at, now, self._zone),
            left=lambda at: wording.render_left(at, now, self._zone),
            place=self._place,
            **values,
        )
        return HTMLResponse(html, code, _HEADERS)

    def static(self, name: str) -> Response:
        """A file that the pages load; their addresses carry a version, so it may be kept."""
        path = self._files.get(name)
        if path is None or path.suffix not in _TYPES:
            raise NotFound("没有这个文件。")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(path.read_bytes(), media_type=_TYPES[path.suffix], headers=headers)


def page_route(pages: Pages) -> type[APIRoute]:
    """Routes whose refusals are pages: sign in first, or a page that says what is the matter."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            return _refusing(pages, super().get_route_handler())

    return PageRoute


def _refusing(
    pages: Pages, handler: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Coroutine[Any, Any, Response]]:
    async def handle(request: Request) -> Response:
        try:
            return await handler(request)
        except NotSignedIn:
            return RedirectResponse(f"/desk/login?next={quote(_page_of(request))}", 303)
        except REFUSALS as error:
            message = str(error)
            return pages.render(request, None, "error.html", code=status_of(error), message=message)

    return handle


def status_of(error: Exception) -> int:
    """The HTTP status of a refusal."""
    return next((status for kinds, status in _STATUSES if isinstance(error, kinds)), 422)


def done(path: str, what: str = "", part: str = "") -> RedirectResponse:
    """After a form: to the page that shows the outcome; `what` is a key of wording.DONE."""
    query, fragment = (f"?done={what}" if what else ""), (f"#{part}" if part else "")
    return RedirectResponse(f"{path}{query}{fragment}", 303)


def safe_next(target: str) -> str:
    """A path of the desk to go on to; anything else becomes the desk's first page."""
    return target if target.startswith("/desk/") and "\\" not in target else "/desk/"


def _page_of(request: Request) -> str:
    """The page that a request belongs to: itself, or for a form the one that holds it."""
    if request.method in ("GET", "HEAD"):
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = request.headers.get("Referer", "").partition("?")[0]
    host, _, path = address.partition("://")[2].partition("/")
    return f"/{path}" if host == request.headers.get("Host") else "/desk/"


def _links(me: Staff) -> tuple[Link, ...]:
    """The navigation of a role."""
    links = [Link(_HOME, "工单", ("/desk/tickets",))]
    links.append(Link("/desk/curation", "知识库", ("/desk/learning", "/desk/asked")))
    links.append(Link("/desk/policies", "政策文件"))
    if me.may("manager", "reform_office"):
        links.append(Link("/desk/projects", "项目"))
    links.append(Link("/desk/report", "统计"))
    if me.may("admin"):
        links.append(Link("/desk/staff", "管理", ("/desk/calendar",)))
    return tuple(links)


def _fingerprint(paths: Any) -> str:
    content = b"".join(path.read_bytes() for path in sorted(paths))
    return hashlib.sha256(content).hexdigest()[:12]

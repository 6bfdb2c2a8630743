"""The pages of the web channel: Jinja templates, and the headers that a page carries."""

from pathlib import Path

import jinja2

PAGES = Path(__file__).parent / "pages"
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " img-src 'self' blob:; media-src blob:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}
"""Nothing from elsewhere, no script or style in the page; blobs are the asker's own files."""

_templates = jinja2.Environment(loader=jinja2.FileSystemLoader(PAGES), autoescape=True)


def render_page(name: str, **values: object) -> str:
    """A page as HTML; every value is escaped."""
    return _templates.get_template(name).render(**values)

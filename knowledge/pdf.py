"""PDF files to lines: where the text stands on the page tells paragraphs from broken lines."""

import io
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot
from typing import Any

from pypdf import PageObject, PasswordType, PdfReader

from knowledge.columns import Piece, read_page
from knowledge.errors import UnreadableDocument
from knowledge.labels import leading_label
from knowledge.lines import Line, is_page_number

_MOST_PAGES = 2000
_BROKEN = "PDF 文件已损坏，无法打开。请重新生成或换一份文件后再导入。"
_LOCKED = "PDF 文件设有打开密码。请先取消密码再导入。"
_SCANNED = "PDF 里没有文字，应是扫描件或图片。请先做文字识别（OCR），或换用文字版文件。"
_GARBLED = "PDF 里的文字没有正确的编码，读出来是乱码。请用原来的 Word 文档导入，或重新导出 PDF。"

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every small flaw it has mended


@dataclass(frozen=True, slots=True)
class _Row:
    """A line as it stands on the page."""

    text: str
    left: float
    right: float
    y: float
    size: float
    cells: int


def read_pdf(data: bytes) -> list[Line]:
    """The paragraphs of a PDF file.

    Raises UnreadableDocument when it is broken, encrypted, scanned or holds no readable characters.
    """
    pages = _drop_running(
        [[_row(line) for line in read_page(_pieces(page))] for page in _pages(data)]
    )
    text = "".join(row.text for rows in pages for row in rows)
    if len(re.sub(r"\s", "", text)) < 10:
        raise UnreadableDocument(_SCANNED)
    odd = sum(1 for c in text if "\ue000" <= c <= "\uf8ff" or c == "\ufffd" or c < " ")
    if odd > 0.1 * len(text):
        raise UnreadableDocument(_GARBLED)
    return _lines(pages)


def _pages(data: bytes) -> list[PageObject]:
    try:
        reader = PdfReader(io.BytesIO(data))
        locked = reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED
        pages = [] if locked else list(reader.pages)
    except Exception as error:  # a foreign parser on a foreign file raises anything
        if "ncrypt" in str(error) or "cryptography" in str(error):
            raise UnreadableDocument(_LOCKED) from error
        raise UnreadableDocument(_BROKEN) from error
    if locked:
        raise UnreadableDocument(_LOCKED)
    if not pages:
        raise UnreadableDocument(_BROKEN)
    if len(pages) > _MOST_PAGES:
        raise UnreadableDocument(
            f"PDF 有 {len(pages)} 页，超过了 {_MOST_PAGES} 页的上限，请拆分后再导入。"
        )
    return pages


def _pieces(page: PageObject) -> list[Piece]:
    pieces: list[Piece] = []

    def visit(text: str, cm: list[float], tm: list[float], _font: Any, size: float) -> None:
        if text.strip():
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            scale = hypot(tm[2], tm[3]) * hypot(cm[2], cm[3])
            pieces.append(Piece(x, y, abs(size) * scale or 1.0, text.replace("\n", "")))

    try:
        page.extract_text(visitor_text=visit)
    except Exception as error:  # as above
        raise UnreadableDocument(_BROKEN) from error
    return pieces


def _row(pieces: Sequence[Piece]) -> _Row:
    text, cells, before = "", 1, None
    for piece in pieces:
        if before is not None and piece.x - before.end > 1.5 * piece.size:
            text, cells = text.rstrip() + "\t", cells + 1
            piece = replace(piece, text=piece.text.lstrip())
        text += piece.text
        before = piece
    sizes = Counter(round(piece.size, 1) for piece in pieces for _ in piece.text)
    right = max(piece.end for piece in pieces)
    size = sizes.most_common(1)[0][0]
    return _Row(text.strip(), pieces[0].x, right, pieces[0].y, size, cells)


def _drop_running(pages: list[list[_Row]]) -> list[list[_Row]]:
    """Without page numbers, and with a running header or footer only where it comes first."""
    pages = [_drop_page_number(rows) for rows in pages]
    edges = Counter(
        re.sub(r"\d", "", row.text)
        for rows in pages
        if len(rows) > 2
        for row in (rows[0], rows[-1])
    )
    running = {text for text, times in edges.items() if times >= max(3, len(pages) / 2)}
    seen: set[str] = set()
    kept: list[list[_Row]] = []
    for rows in pages:
        page: list[_Row] = []
        for index, row in enumerate(rows):
            key = re.sub(r"\d", "", row.text)
            if key in running and index in (0, len(rows) - 1):
                if key in seen:
                    continue
                seen.add(key)
            page.append(row)
        kept.append(page)
    return kept


def _drop_page_number(rows: list[_Row]) -> list[_Row]:
    for edge in (-1, 0):
        if rows and (is_page_number(rows[edge].text) or re.fullmatch(r"\d{1,4}", rows[edge].text)):
            rows = rows[:-1] if edge else rows[1:]
    return rows


def _lines(pages: Sequence[Sequence[_Row]]) -> list[Line]:
    rows = [row for page in pages for row in page]
    sizes = Counter(row.size for row in rows for _ in row.text)
    body = sizes.most_common(1)[0][0]
    usual = [row for row in rows if abs(row.size - body) < 0.15 * body]
    left = Counter(round(row.left) for row in usual if len(row.text) > 12).most_common(1)
    margin = float(left[0][0]) if left else min(row.left for row in rows)
    margin = min([margin, *(row.left for row in usual if row.right - row.left > 15 * body)])
    page = _Layout(margin, max(row.right for row in usual), body, _spacing(pages))
    lines: list[Line] = []
    before: _Row | None = None
    for index, row in enumerate(rows):
        table = row.cells > 1 and any(
            other.cells > 1 and 0 < abs(other.y - row.y) < 4 * body
            for other in (*rows[max(index - 1, 0) : index], *rows[index + 1 : index + 2])
        )
        text = row.text.replace("\t", " | " if table else "  ")
        if before is not None and not table and not lines[-1].row and page.goes_on(before, row):
            lines[-1] = replace(lines[-1], text=_glue(lines[-1].text, text))
        else:
            gap = before is not None and page.apart(before, row)
            lines.append(Line(text, whole=False, heading=page.heading(row), row=table, gap=gap))
        before = row
    return lines


def _glue(before: str, after: str) -> str:
    latin = before[-1:].isascii() and after[:1].isascii()
    return before + (" " if latin and before[-1:].isalpha() else "") + after


def _spacing(pages: Sequence[Sequence[_Row]]) -> float:
    """The usual distance from line to line."""
    steps = Counter(round(a.y - b.y) for rows in pages for a, b in pairwise(rows))
    return float(steps.most_common(1)[0][0]) if steps else 0.0


@dataclass(frozen=True, slots=True)
class _Layout:
    left: float
    right: float
    size: float
    spacing: float

    def heading(self, row: _Row) -> int:
        return int(row.size > 1.15 * self.size and leading_label(row.text) is None)

    def apart(self, before: _Row, row: _Row) -> bool:
        """Whether more than the usual space lies between two lines of a page."""
        return before.y - row.y > 1.6 * self.spacing > 0

    def goes_on(self, before: _Row, row: _Row) -> bool:
        """Whether the line continues the paragraph of the one before, by their places alone."""
        if abs(before.size - row.size) > 0.1 * row.size or self.apart(before, row):
            return False
        if self.heading(row):
            return before.y > row.y
        indented = row.left > self.left + 0.9 * self.size
        full = before.right > self.right - 2.2 * self.size
        return full and not indented

"""HTML to lines: block elements are paragraphs, tables stay rows, lists get their numbers."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.errors import UnreadableDocument
from knowledge.labels import leading_label
from knowledge.lines import Line

# A form is not skipped: many offices' pages stand in one as a whole.
_SKIPPED = re.compile(
    "script|style|noscript|template|svg|head|nav|footer|button|select|textarea|iframe|object"
)
_BLOCK = re.compile(
    "p|div|section|article|main|header|aside|h[1-6]|li|ul|ol|dl|dt|dd|blockquote|pre|figure"
    "|figcaption|address|center|table|body|html|tr|td|th|fieldset|details|summary"
)
_LONGEST_REPEATED = 30  # characters of a cell that is merged downwards
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


class _Reader:
    """Walks the tree once; text is gathered until a block begins or ends."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._text: list[str] = []
        self._heading = 0

    def flush(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if text:
            self.lines.append(Line(text, heading=self._heading))

    def walk(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "-text":
            self._text.append(node.text(deep=False))
        elif tag == "br":
            if not self._heading:  # a title broken for its looks stays one line
                self.flush()
        elif tag == "table" and _is_data(node):
            self.flush()
            self._table(node)
        elif not _SKIPPED.fullmatch(tag) and not tag.startswith(("-", "!")):
            self._element(node, tag)

    def _element(self, node: LexborNode, tag: str) -> None:
        if _BLOCK.fullmatch(tag):
            self.flush()
        outer = self._heading
        self._heading = _HEADINGS.get(tag, outer)
        number = _number(node, "start") if tag == "ol" else 0
        for child in node.iter(include_text=True):
            if child.tag == "li" and number:
                self.flush()
                if leading_label(child.text().strip()) is None:
                    self._text.append(f"{number}. ")
                number += 1
                self._children(child)
                self.flush()
            else:
                self.walk(child)
        if _BLOCK.fullmatch(tag):
            self.flush()
        self._heading = outer

    def _children(self, node: LexborNode) -> None:
        for child in node.iter(include_text=True):
            if child.tag == "p":  # <li><p>…: the number stays on its line
                self._children(child)
            else:
                self.walk(child)

    def _table(self, table: LexborNode) -> None:
        merged: dict[int, tuple[int, str]] = {}
        for row in table.css("tr"):
            texts, merged = _row(row.css("td, th"), merged)
            if any(texts):
                self.lines.append(Line(" | ".join(texts), row=True))


def _row(
    cells: list[LexborNode], above: dict[int, tuple[int, str]]
) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """The texts of a row, with those that are merged downwards into it, and what goes on below.

    `above`: by column, for how many rows a cell goes on, and its text.
    """
    texts: list[str] = []
    below: dict[int, tuple[int, str]] = {}
    column = 0
    for cell in (*cells, None):
        while column in above:
            left, text = above[column]
            texts.append(text if len(text) <= _LONGEST_REPEATED else "")
            if left > 1:
                below[column] = (left - 1, text)
            column += 1
        if cell is not None:
            texts.append(" ".join("".join(_pieces(cell)).split()))
            if (rows := _number(cell, "rowspan")) > 1:
                below[column] = (rows - 1, texts[-1])
            column += max(_number(cell, "colspan"), 1)
    return texts, below


def _pieces(node: LexborNode) -> Iterator[str]:
    """The text of a cell; a number that stands in several spans stays one."""
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            yield child.text(deep=False)
        elif not _SKIPPED.fullmatch(tag) and not tag.startswith(("-", "!")):
            apart = " " if tag == "br" or _BLOCK.fullmatch(tag) else ""
            yield apart
            yield from _pieces(child)
            yield apart


def _number(node: LexborNode, attribute: str) -> int:
    """The start of a list, or over how many rows or columns a cell goes; 1 unless it says so."""
    text = node.attributes.get(attribute) or "1"
    return int(text) if text.isdecimal() and len(text) < 6 else 1


def _is_data(table: LexborNode) -> bool:
    """A table of data; old pages put the whole text into one cell of a layout table."""
    rows = table.css("tr")
    if table.css_first("table table") or not rows:
        return False
    cells = table.css("td, th")
    longest = max((len(cell.text()) for cell in cells), default=0)
    return len(cells) > len(rows) and longest < 800


def read_html(text: str) -> list[Line]:
    """The paragraphs, headings and table rows of a page; scripts and navigation are left out.

    Raises UnreadableDocument when the page is nested too deeply.
    """
    body = LexborHTMLParser(text).body
    if body is None:
        return []
    reader = _Reader()
    try:
        reader.walk(body)
    except RecursionError as error:
        raise UnreadableDocument("网页的结构嵌套过深，无法读取。请另存为 docx 再导入。") from error
    reader.flush()
    return reader.lines

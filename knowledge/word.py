"""Word documents (docx) to lines; automatic list numbers are written out as Word shows them."""

import io
import re
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from knowledge.errors import UnreadableDocument
from knowledge.lines import Line
from knowledge.word_numbers import Numbering

_BROKEN = "文档已损坏，无法打开。请用 Word 或 WPS 打开并另存一份后再导入。"
_TEXT, _TAB, _BREAK = qn("w:t"), qn("w:tab"), (qn("w:br"), qn("w:cr"))
_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_STYLE_LEVEL = re.compile(r"(?:heading|标题)\s*(\d)", re.I)
# Deleted text, field codes, and the second copy of a text box for old programs.
_HIDDEN = frozenset(
    {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"), qn("w:rPr")}
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}


def read_docx(data: bytes) -> list[Line]:
    """The paragraphs and table rows of a Word document, in order.

    Raises UnreadableDocument when the package is broken.
    """
    try:
        document = docx.Document(io.BytesIO(data))
        reader = _Reader(document)
        return list(reader.lines(document.element.body))
    except Exception as error:  # a foreign parser on a foreign file raises anything
        raise UnreadableDocument(_BROKEN) from error


class _Reader:
    def __init__(self, document: Document) -> None:
        self._numbering = Numbering(document)
        self._headings = _heading_styles(document)

    def lines(self, container: BaseOxmlElement) -> Iterator[Line]:
        """Paragraphs and tables below a body, cell or content control."""
        for child in container:
            if child.tag == _PARAGRAPH:
                yield from self._paragraph(child)
            elif child.tag == _TABLE:
                yield from self._table(child)
            elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
                yield from self.lines(child)

    def _paragraph(self, paragraph: BaseOxmlElement) -> Iterator[Line]:
        boxes: list[BaseOxmlElement] = []
        pieces = "".join(_pieces(paragraph, boxes)).split("\n")
        text = pieces[0]
        number = self._numbering.number(paragraph) if "".join(pieces).strip() else ""
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        heading = self._headings.get(style.get(qn("w:val")), 0) if style is not None else 0
        yield Line(number + text, heading=heading if text.strip() else 0)
        for more in pieces[1:]:
            yield Line(more, whole=False)
        for box in boxes:
            yield from self.lines(box)

    def _table(self, table: BaseOxmlElement) -> Iterator[Line]:
        rows = [[list(self.lines(cell)) for cell in _cells(row)] for row in table.iter(_ROW)]
        if all(len(cells) == 1 for cells in rows):  # a frame around text, not a table
            for cells in rows:
                yield from cells[0]
            return
        for cells in rows:
            texts = [" ".join(line.text for line in cell if line.text.strip()) for cell in cells]
            if any(text.strip() for text in texts):
                yield Line(" | ".join(text.strip() for text in texts), row=True)


def _cells(row: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
    for child in row:
        if child.tag == _CELL:
            yield child
        elif child.tag == qn("w:sdt"):
            yield from child.iter(_CELL)


def _pieces(element: BaseOxmlElement, boxes: list[BaseOxmlElement]) -> Iterator[str]:
    """The visible text of a paragraph; text boxes are put aside, their paragraphs come after."""
    for child in element:
        if child.tag in _HIDDEN:
            continue
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag == _TAB:
            yield "\t"
        elif child.tag in _BREAK:
            yield "\n"
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag == qn("w:txbxContent"):
            boxes.append(child)
        else:
            yield from _pieces(child, boxes)


def _heading_styles(document: Document) -> dict[str, int]:
    """Style id → heading level, for the built-in headings and styles with an outline level."""
    levels: dict[str, int] = {}
    for style in document.styles.element.iter(qn("w:style")):
        name, outline = style.find(qn("w:name")), style.find(f".//{qn('w:outlineLvl')}")
        match = _STYLE_LEVEL.match(name.get(qn("w:val")) or "") if name is not None else None
        if match:
            levels[style.get(qn("w:styleId"))] = int(match[1])
        elif outline is not None and outline.get(qn("w:val")) in "012345":
            levels[style.get(qn("w:styleId"))] = int(outline.get(qn("w:val"))) + 1
    return levels

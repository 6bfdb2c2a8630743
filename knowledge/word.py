"""Word documents (docx) to lines; automatic list numbers are written out as Word shows them."""

import io
import re
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

from knowledge.errors import UnreadableDocument
from knowledge.lines import Line
from knowledge.word_numbers import Numbering

_BROKEN = "文档已损坏，无法打开。请用 Word 或 WPS 打开并另存一份后再导入。"
_TEXT, _TAB, _BREAK = qn("w:t"), qn("w:tab"), (qn("w:br"), qn("w:cr"))
_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_WRAPPERS = frozenset({qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")})
_NOTES = {
    RELATIONSHIP_TYPE.FOOTNOTES: (qn("w:footnote"), qn("w:footnoteReference")),
    RELATIONSHIP_TYPE.ENDNOTES: (qn("w:endnote"), qn("w:endnoteReference")),
}
_LONGEST_REPEATED = 30  # characters of a cell that is merged downwards
_STYLE_LEVEL = re.compile(r"(?:heading|标题)\s*(\d)", re.I)
# Deleted text, field codes, readings above characters, and a text box's copy for old programs.
_HIDDEN = frozenset(
    {qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"), qn("w:rPr"), qn("w:rt")}
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
        self._notes = _load_notes(document)

    def lines(self, container: BaseOxmlElement) -> Iterator[Line]:
        """Paragraphs and tables below a body, cell or content control."""
        for child in container:
            if child.tag == _PARAGRAPH:
                yield from self._paragraph(child)
            elif child.tag == _TABLE:
                yield from self._table(child)
            elif child.tag in _WRAPPERS:
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
        for note in self._notes_of(paragraph):
            text = " ".join(line.text for line in self.lines(note) if line.text.strip())
            yield Line(f"注：{text.strip()}")

    def _notes_of(self, paragraph: BaseOxmlElement) -> Iterator[BaseOxmlElement]:
        """The footnotes and endnotes that a paragraph refers to."""
        for _, reference in _NOTES.values():
            for each in paragraph.iter(reference):
                note = self._notes.get((reference, each.get(qn("w:id"))))
                if note is not None:
                    yield note

    def _table(self, table: BaseOxmlElement) -> Iterator[Line]:
        rows = [
            [(cell, list(self.lines(cell))) for cell in _below(row, _CELL)]
            for row in _below(table, _ROW)
        ]
        if all(len(cells) == 1 for cells in rows):  # a frame around text, not a table
            for cells in rows:
                yield from cells[0][1]
            return
        above: dict[int, str] = {}
        for cells in rows:
            texts, column = [], 0
            for cell, lines in cells:
                text = " ".join(line.text for line in lines if line.text.strip()).strip()
                span, goes_on = _merged(cell)
                if goes_on and len(above.get(column, "")) <= _LONGEST_REPEATED:
                    text = text or above.get(column, "")
                above[column] = text
                texts.append(text)
                column += span
            if any(texts):
                yield Line(" | ".join(texts), row=True)


def _below(element: BaseOxmlElement, tag: str) -> Iterator[BaseOxmlElement]:
    """The rows of a table or the cells of a row, not those of a table within."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _below(child, tag)


def _merged(cell: BaseOxmlElement) -> tuple[int, bool]:
    """How many columns a cell takes, and whether it goes on with the cell above."""
    properties = cell.find(qn("w:tcPr"))
    if properties is None:
        return 1, False
    span, merge = properties.find(qn("w:gridSpan")), properties.find(qn("w:vMerge"))
    columns = span.get(qn("w:val")) or "1" if span is not None else "1"
    goes_on = merge is not None and merge.get(qn("w:val")) in (None, "continue")
    return int(columns), goes_on


def _load_notes(document: Document) -> dict[tuple[str, str | None], BaseOxmlElement]:
    """Footnotes and endnotes by the tag that refers to them and their id."""
    return {
        (_NOTES[relation.reltype][1], note.get(qn("w:id"))): note
        for relation in document.part.rels.values()
        if relation.reltype in _NOTES and not relation.is_external
        for note in parse_xml(relation.target_part.blob).iter(_NOTES[relation.reltype][0])
    }


def _pieces(element: BaseOxmlElement, boxes: list[BaseOxmlElement]) -> Iterator[str]:
    """The visible text of a paragraph; text boxes are put aside, their paragraphs come after."""
    for child in element:
        if child.tag in _HIDDEN or _is_hidden(child):
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


def _is_hidden(run: BaseOxmlElement) -> bool:
    """Whether a run is formatted as hidden text: nobody who reads the document sees it."""
    vanish = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    return vanish is not None and vanish.get(qn("w:val")) not in ("0", "false", "off")


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

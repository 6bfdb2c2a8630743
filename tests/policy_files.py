"""Policy documents for the tests: invented places, and files of each kind made from lines."""

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import docx

from knowledge.clauses import walk
from knowledge.parsing import ParsedDocument, parse_document
from retrieval.places import Gazetteer, Region

DOCUMENTS = Path(__file__).parent / "documents"
GAZETTEER = Gazetteer(
    [
        Region("100000", "全国", "国家", None),
        Region("910000", "云海省", "省", "100000"),
        Region("910100", "东岭市", "市", "910000"),
        Region("910102", "南溪区", "区县", "910100"),
        Region("910103", "北亭区", "区县", "910100"),
        Region("910200", "西原市", "市", "910000"),
    ]
)
_ADDED_LABELS = re.compile(r"前言|通知|附注|文头|第[一二三四五六七八九十]+[款段]")


def parsed(data: bytes | str, filename: str) -> ParsedDocument:
    """A file parsed with the invented places; text is taken as UTF-8."""
    return parse_document(data.encode() if isinstance(data, str) else data, filename, GAZETTEER)


def characters(text: str) -> Counter[str]:
    """The letters and digits of a text, each with how often it stands there."""
    plain = re.sub(r"\[bookmark: [^\]]*\]", "", text)
    return Counter(c for c in unicodedata.normalize("NFKC", plain) if c.isalnum())


def shown(document: ParsedDocument) -> Counter[str]:
    """The letters and digits of a parsed document, without the labels that the parser adds."""
    pieces = [document.title]
    for clause in walk(document.clauses):
        if not (_ADDED_LABELS.fullmatch(clause.label) or clause.heading == clause.label):
            pieces.append(clause.label)
        pieces.append(clause.text)
    return characters("".join(pieces))


def paths(document: ParsedDocument) -> list[str]:
    return [clause.path for clause in walk(document.clauses)]


def text_at(document: ParsedDocument, path: str) -> str:
    return next(clause.text for clause in walk(document.clauses) if clause.path == path)


def word_file(paragraphs: Sequence[str]) -> bytes:
    """A Word document with these paragraphs."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def saved(document: "docx.document.Document") -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


Page = Sequence[tuple[float, float, float, str]]
"""What stands on a page: x, y from the bottom and font size in points, and the text."""


def pdf_file(pages: Sequence[Page], shown_as: dict[str, str] | None = None) -> bytes:
    """A PDF with text at these places; `shown_as`: what the font says some characters are."""
    characters = sorted({c for page in pages for *_, text in page for c in text})
    mapping = "".join(
        f"<{ord(c):04X}> <{(shown_as or {}).get(c, c).encode('utf-16-be').hex()}>\n"
        for c in characters
    )
    unicode_map = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CMapName /A def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{len(characters)} beginbfchar\n{mapping}endbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H"
        " /DescendantFonts [4 0 R] /ToUnicode 6 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /FontDescriptor 5 0 R /DW 1000"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        "<< /Type /FontDescriptor /FontName /Song /Flags 4 /FontBBox [0 0 1000 1000]"
        " /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
        _stream(unicode_map),
    ]
    kids = []
    for page in pages:
        content = "\n".join(
            f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET"
            for x, y, size, text in page
        )
        objects.append(_stream(content))
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return _assemble(objects)


def _stream(content: str) -> str:
    return f"<< /Length {len(content)} >>\nstream\n{content}\nendstream"


def _assemble(objects: Sequence[str]) -> bytes:
    data, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return data + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()

"""Bytes and a file name to lines, or a refusal that says in Chinese what to do."""

import io
import re
import zipfile
from pathlib import PurePath

from charset_normalizer import from_bytes

from knowledge.errors import UnreadableDocument
from knowledge.lines import Line
from knowledge.pdf import read_pdf
from knowledge.plaintext import read_plain
from knowledge.webpage import read_html
from knowledge.word import read_docx

LARGEST_FILE = 20 * 1024 * 1024
MOST_CHARACTERS = 1_000_000
_LARGEST_UNPACKED = 200 * 1024 * 1024
_LARGEST_XML = 40 * 1024 * 1024  # of one part: its tree takes twenty times as much memory
_KINDS = {
    ".docx": "docx",
    ".pdf": "pdf",
    ".html": "html",
    ".htm": "html",
    ".md": "md",
    ".markdown": "md",
    ".txt": "txt",
}
SUFFIXES = frozenset(_KINDS)
_OLD_WORD = (".doc", ".wps", ".dot", ".rtf")
_NAMES = {
    "docx": "Word 文档（docx）",
    "pdf": "PDF 文件",
    "html": "网页（html）",
    "doc": "旧版 Word 文档（doc）",
    "encrypted": "加密的 Office 文档",
    "zip": "压缩包",
    "xlsx": "Excel 表格",
    "pptx": "PPT 演示文稿",
    "rtf": "RTF 文档",
    "program": "可执行程序",
    "picture": "图片",
    "archive": "压缩包",
    "binary": "二进制数据",
}
_MAGIC = (
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM\x36", "picture"),
    (b"II*\x00", "picture"),
    (b"MM\x00*", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "rtf"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_lines(data: bytes, filename: str) -> list[Line]:
    """Read a docx, pdf, html, md or txt file.

    Raises UnreadableDocument with a message for the screen when the file is too large, empty,
    broken, encrypted, scanned, of another kind, or not what its name says.
    """
    kind = check_file(data, filename)
    if kind == "docx":
        lines = read_docx(data)
    elif kind == "pdf":
        lines = read_pdf(data)
    else:
        text = decode(data)
        lines = read_html(text) if kind == "html" else read_plain(text)
    _check_length(lines)
    return lines


def check_file(data: bytes, filename: str) -> str:
    """The kind of the file by its name, confirmed by its first bytes. Raises UnreadableDocument."""
    if len(data) > LARGEST_FILE:
        size = len(data) / 1024 / 1024
        raise UnreadableDocument(
            f"文件有 {size:.0f} MB，超过了 20 MB 的上限。请压缩图片或拆分后再导入。"
        )
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableDocument("文件是空的，没有内容可以导入。")
    suffix = PurePath(filename).suffix.lower()
    if suffix in _OLD_WORD:
        raise UnreadableDocument(
            f"暂不支持 {suffix} 格式。请用 Word 或 WPS 打开，另存为 docx 后再导入。"
        )
    kind = _KINDS.get(suffix)
    if kind is None:
        shown = f"“{suffix}”文件" if suffix else "没有扩展名的文件"
        raise UnreadableDocument(f"不支持{shown}。请使用 docx、pdf、html、md 或 txt 文件。")
    _check_content(kind, _sniff(data), suffix)
    return kind


def _check_content(kind: str, content: str, suffix: str) -> None:
    if content == "encrypted":
        raise UnreadableDocument("文档设有打开密码。请先取消密码再导入。")
    if content == "doc":
        raise UnreadableDocument(
            "这是旧版 Word 文档（doc），只是改了扩展名。"
            "请用 Word 或 WPS 打开，另存为 docx 后再导入。"
        )
    if content == kind or (content == "text" and kind in ("txt", "md", "html")):
        return
    if content in ("text", "binary") and kind in ("docx", "pdf"):
        raise UnreadableDocument(f"文件已损坏，或者不是{_NAMES[kind]}。请换一份能正常打开的文件。")
    raise UnreadableDocument(
        f"文件名以 {suffix} 结尾，内容却是{_NAMES[content]}。请核对文件，改正扩展名后再导入。"
    )


def _sniff(data: bytes) -> str:
    """What the content is: one of the kinds, another well-known format, text or binary."""
    if data.startswith(_OLE):
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in data else "doc"
    if data.startswith(b"PK"):
        return _zip_kind(data)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b", data[:512], re.I):
        return "html"
    if not data.startswith(_UTF16) and b"\x00" in data and not _utf16_without_mark(data):
        return "binary"
    return "text"


def _zip_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "binary"
    largest = max((each.file_size for each in members if _is_xml(each.filename)), default=0)
    whole = sum(each.file_size for each in members)
    if whole > _LARGEST_UNPACKED or largest > _LARGEST_XML:
        raise UnreadableDocument("文档解开后过大，疑似压缩炸弹，已拒绝导入。")
    names = {member.filename for member in members}
    for name, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
        if "[Content_Types].xml" in names and any(each.startswith(name) for each in names):
            return kind
    return "zip"


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _utf16_without_mark(data: bytes) -> str | None:
    """The byte order in which the data reads as text."""
    sample = data[:4096]
    for encoding in ("utf-16-le", "utf-16-be"):
        if _plausible(sample.decode(encoding, errors="replace")):
            return encoding
    return None


def decode(data: bytes) -> str:
    """The text of a text file: UTF-8, UTF-16, GB18030 (GBK), or what charset-normalizer finds.

    Raises UnreadableDocument when no encoding gives readable text.
    """
    encodings = ["utf-8-sig", "gb18030"]
    if data.startswith(_UTF16):
        encodings = ["utf-16"]
    elif b"\x00" in data and (encoding := _utf16_without_mark(data)):
        encodings = [encoding]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _plausible(text):
            return text.removeprefix("\ufeff")
    best = from_bytes(data).best()
    if best is None or not _plausible(str(best)):
        raise UnreadableDocument("认不出文件的文字编码。请另存为 UTF-8 编码的文本文件再导入。")
    return str(best)


def _plausible(text: str) -> bool:
    """Whether the text is made of characters that people write, not of misread bytes."""
    shown = [character for character in text if not character.isspace()]
    odd = sum(1 for character in shown if not _usual(character))
    return bool(shown) and odd <= len(shown) * 0.05


def _usual(character: str) -> bool:
    code = ord(character)
    if 0x20 < code < 0x7F or code in range(0x2000, 0x2FE0) or code in range(0x3000, 0x3100):
        return True
    if code in range(0xFF00, 0xFFF0) or code in range(0xA0, 0x250):
        return True
    if code in range(0x4E00, 0xA000):
        return _in_charset(character, "gb2312") or _in_charset(character, "big5")
    return False


def _in_charset(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _check_length(lines: list[Line]) -> None:
    length = sum(len(line.text) for line in lines)
    if not any(line.text.strip() for line in lines):
        raise UnreadableDocument("文件里没有文字，没有内容可以导入。")
    if length > MOST_CHARACTERS:
        most = f"{MOST_CHARACTERS // 10000} 万字"
        raise UnreadableDocument(f"文件超过了 {most}的上限，请拆分后再导入。")

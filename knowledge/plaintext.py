"""Text and Markdown to lines; offices paste Markdown into .txt files, so both are read alike."""

import re

from knowledge.lines import Line, is_page_number

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_RULE = re.compile(r"\s*(?:-{3,}|\*{3,}|_{3,}|={3,}|```.*)\s*")
_FRONT_MATTER = re.compile(r"\A\ufeff?---\r?\n(?:[\w-]+:.*\r?\n){1,30}---\r?\n")
_ROW = re.compile(r"\s*\|.*\|\s*")
_RULED_ROW = re.compile(r"[\s|:\-]+")
_BULLET = re.compile(r"\A\s{0,8}[-*+]\s+(?=\S)")
_QUOTE = re.compile(r"\A\s{0,3}>\s?")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>|])")
_INDENT = re.compile(r"(?:\u3000{2}|[ \u00a0]{4}|\t)")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:https?:|/|#)[^)]*\)")


def read_plain(text: str) -> list[Line]:
    """The lines of a text or Markdown file; form feeds are page breaks."""
    text = _FRONT_MATTER.sub("", text)
    lines: list[Line] = []
    gap = False
    for raw in re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", text.replace("\f", "\n\n")):
        if not raw.strip() or _RULE.fullmatch(raw):
            gap = True
            continue
        line = _line(raw, gap)
        gap = False
        if line is not None:
            lines.append(line)
    return lines


def _line(raw: str, gap: bool) -> Line | None:
    if _ROW.fullmatch(raw):
        if _RULED_ROW.fullmatch(raw):
            return None
        cells = (_plain(cell) for cell in raw.strip().strip("|").split("|"))
        return Line(" | ".join(cells), row=True, gap=gap)
    if raw.strip().count("\t") > 1:  # a table pasted from a spreadsheet
        return Line(" | ".join(cell.strip() for cell in raw.split("\t")), row=True, gap=gap)
    raw = _QUOTE.sub("", raw)
    if heading := _HEADING.fullmatch(raw):
        return Line(_plain(heading[2]), heading=len(heading[1]), gap=gap)
    if is_page_number(raw):  # not a list: - 3 -
        return Line(raw, whole=False, gap=gap)
    # A line that is indented starts a paragraph, whatever the one before ended with.
    starts = gap or _INDENT.match(raw) is not None
    return Line(_plain(_BULLET.sub("", raw)), whole=False, gap=starts)


def _plain(text: str) -> str:
    """Without the marks for bold, links and escapes."""
    text = _LINK.sub(r"\1", _STRONG.sub(r"\2", text))
    return _ESCAPED.sub(r"\1", text).strip()

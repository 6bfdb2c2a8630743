"""From the lines of a file to whole paragraphs: mends what layout and copying have broken.

Mended are line breaks in mid-sentence, page splits, page numbers, running headers, stray spaces and
radical code points. The words themselves are never changed, not even a slip of the source.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from knowledge.labels import leading_label, strip_label
from knowledge.numerals import CHINESE, only_date
from retrieval.radicals import fold_radicals


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph of a file, in reading order."""

    text: str
    whole: bool = True  # a paragraph of the source; False: the layout may have broken it
    heading: int = 0  # level of its heading markup, 0 = none
    row: bool = False  # a row of a table, cells joined by " | "
    gap: bool = False  # an empty line or a page break stands before it


_CJK = r"[\u2e80-\u2fff\u3001-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff0f\uff1a-\uff20“”‘’—…]"
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_BOOKMARK = re.compile(r"\[bookmark: [^\]]*\]")
_WIDE_BLANK = re.compile(
    r"(?<=[\u4e00-\u9fff]{2}|[：:）)\d][\u4e00-\u9fff])  +(?=[\u4e00-\u9fff]{2}|\d{4})"
)
_NARROW = re.compile(rf"(?<={_CJK}) (?={_CJK}|\d)|(?<=[\d%]) (?={_CJK})|(?<={_CJK}) (?=[(《〔])")
_LEADING_NUMBER = re.compile(
    rf"\s*(?:\d{{1,2}}(?:\.\d{{1,2}})*|第\s?(?:{CHINESE}{{1,5}}|\d{{1,3}})\s?[章节条])"
    r" (?=[\u4e00-\u9fff])"
)
_KEPT = "\ue000"  # stands for a blank that is meant, while the others go

_PAGE_NUMBER = re.compile(
    r"[-—–－―·•~\s]{1,6}\d{1,4}[-—–－―·•~\s]{1,6}"
    r"|第\s*\d{1,4}\s*页\s*[,，/／]?\s*(?:共\s*\d{1,4}\s*页)?"
    r"|(?:page|Page|PAGE)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?"
)
_END = re.compile(r"[。！？；：…!?;:][”’』」）)》】]*$")
_CONTINUES = tuple("，。、；：！？）》”’】〉,;:!?")
_OPEN_ENDED = tuple("，、《“（(,")
_BRACKETED = re.compile(r"[（(][^（）()]*[）)]")
_BULLET = re.compile(r"[-–*•●·▪■◆◇➢]\s*")
_REFERENCE = re.compile(rf"第{CHINESE}{{1,3}}[款项](?!、)")
_APART = re.compile(
    r"附\s*[件表录]|注[:：]|抄\s*[送报]|主题词|联\s*系\s*(?:人|电话)|[（(]?(?:此件|联系人|信息公开)|目\s*录$|#"
)


def tidy(text: str) -> str:
    """One line with the stray blanks, invisible characters and radicals mended."""
    text = _BOOKMARK.sub("", fold_radicals(text))
    text = _INVISIBLE.sub("", text).replace("\t", "  ").strip()
    text = re.sub(r"[\u00a0\u2000-\u200a\u202f\u205f]", " ", text).replace("\u3000", "  ")
    text = _WIDE_BLANK.sub(_KEPT, text)
    text = _BLANKS.sub(" ", text)
    number = _LEADING_NUMBER.match(text)  # "3.1 术语" and "第三条 规定" need their blank
    start = number.end() if number else 0
    return (text[:start] + _NARROW.sub("", text[start:])).replace(_KEPT, " ").strip()


def is_page_number(text: str) -> bool:
    """Whether the line is nothing but a page number such as — 3 — or 第3页 共5页."""
    return _PAGE_NUMBER.fullmatch(text.strip()) is not None


def mend(lines: Iterable[Line]) -> list[Line]:
    """Tidy lines, drop page numbers, and join what belongs together into paragraphs."""
    tidied: list[Line] = []
    gap = new_page = False
    for line in lines:
        text = tidy(line.text)
        bullet = _BULLET.match(text)
        if bullet and leading_label(text[bullet.end() :]):
            text = text[bullet.end() :]
        gap = gap or line.gap or not text
        if not line.row and is_page_number(text):
            new_page = True
        elif text:
            tidied.append(replace(line, text=text, gap=gap, whole=line.whole and not new_page))
            gap = new_page = False
    return _join(tidied, _wrap_width(tidied))


def _wrap_width(lines: Sequence[Line]) -> int:
    """The width at which a text file was wrapped by hand; 0 when its lines are paragraphs."""
    lengths = [_width(line.text) for line in lines if not line.whole]
    long = [length for length in lengths if length >= 40]
    if len(long) < 4:
        return 0
    widest = Counter(length // 4 for length in long).most_common(1)[0][0] * 4
    near = [length for length in long if abs(length - widest) <= 6]
    beyond = [length for length in long if length > widest + 8]
    return int(median(near)) if len(near) >= 0.6 * len(long) and not beyond else 0


def _width(text: str) -> int:
    """Columns of a line: a Chinese character takes two."""
    return sum(2 if ord(character) > 0x2E7F or character in "“”‘’—…" else 1 for character in text)


def _join(lines: Sequence[Line], wrap: int) -> list[Line]:
    joined: list[Line] = []
    last_width = 0
    for line in lines:
        if joined and _belongs(joined[-1], line, 0 < wrap - 6 <= last_width and not line.gap):
            joined[-1] = replace(joined[-1], text=_glue(joined[-1].text, line.text))
        else:
            joined.append(line)
        last_width = _width(line.text)
    return joined


def _glue(before: str, after: str) -> str:
    latin = before[-1].isascii() and after[0].isascii() and before[-1].isalnum()
    return before + (" " if latin and after[0].isalnum() and not after[0].isdigit() else "") + after


def _belongs(before: Line, after: Line, full: bool) -> bool:
    """Whether `after` goes on with the paragraph of `before`; `full`: that reached the margin."""
    if before.row or after.row or before.heading or after.heading:
        return False
    if after.text.startswith(_CONTINUES) or _REFERENCE.match(after.text):
        return True
    if leading_label(after.text) or _APART.match(after.text) or only_date(after.text):
        return False
    body = strip_label(before.text)
    if not body or _unclosed(before.text) or before.text.endswith(_OPEN_ENDED):
        return True
    if _BRACKETED.fullmatch(before.text):
        return False
    if _END.search(before.text):
        return full and not before.whole and not _END.search(before.text[-1])
    if full:
        return True
    label = leading_label(before.text)
    if label is not None and label.kind == "article":
        return body[-1] not in "】〕]"  # only an article's name stands alone
    return _breaks_off(body, before.whole and after.whole)


def _breaks_off(body: str, whole: bool) -> bool:
    """Whether a paragraph without an end mark is prose that stopped in mid-sentence."""
    prose = re.search(r"[，。；,;]", body) is not None
    return prose and len(body) >= (40 if whole else 22)


def _unclosed(text: str) -> bool:
    """Whether a bracket or quotation mark is still open within the last line or two."""
    for opening, closing in ("《》", "“”", "（）"):
        if text.count(opening) > text.count(closing) and len(text) - text.rfind(opening) < 120:
            return True
    return False

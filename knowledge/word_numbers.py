"""The numbers that Word writes before paragraphs by itself: they stand in numbering.xml only."""

import re
from collections import defaultdict
from dataclasses import dataclass

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement

from knowledge.numerals import write_number

_CHINESE_FORMATS = re.compile(
    "(?:chinese|japanese|korean|taiwanese)Counting(?:Thousand)?|ideographDigital"
    "|japaneseDigitalTenThousand"
)
_LEGAL = "零壹贰叁肆伍陆柒捌玖拾佰"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = (
    ("C", 100),
    ("XC", 90),
    ("L", 50),
    ("XL", 40),
    ("X", 10),
    ("IX", 9),
    ("V", 5),
    ("IV", 4),
    ("I", 1),
)
_VAL = qn("w:val")


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    text: str  # such as "%1、" or "（%2）"


@dataclass(frozen=True, slots=True)
class _List:
    abstract: str  # lists of the same kind go on counting together
    levels: dict[int, _Level]


class Numbering:
    """Counts along the document, paragraph by paragraph, as Word does."""

    def __init__(self, document: Document) -> None:
        self._lists: dict[str, _List] = {}
        self._of_style: dict[str, tuple[str, int]] = {}
        self._counters: dict[str, dict[int, int]] = defaultdict(dict)
        self._restarted: set[str] = set()
        self._overrides: dict[str, dict[int, int]] = {}
        for relation in document.part.rels.values():
            if relation.reltype == RELATIONSHIP_TYPE.NUMBERING and not relation.is_external:
                self._load(parse_xml(relation.target_part.blob))
        self._load_styles(document)

    def number(self, paragraph: BaseOxmlElement) -> str:
        """The number shown before this paragraph, "" when it has none. Advances the count."""
        number_id, level = self._place(paragraph)
        numbered = self._lists.get(number_id)
        if numbered is None or level not in numbered.levels:
            return ""
        counters = self._counters[numbered.abstract]
        if number_id in self._overrides and number_id not in self._restarted:
            self._restarted.add(number_id)
            for each, start in self._overrides[number_id].items():
                counters[each] = start - 1
        for deeper in [each for each in counters if each > level]:
            del counters[deeper]
        for upper in range(level):
            counters.setdefault(
                upper, numbered.levels[upper].start if upper in numbered.levels else 1
            )
        counters[level] = counters.get(level, numbered.levels[level].start - 1) + 1
        return _render(numbered.levels, level, counters)

    def _place(self, paragraph: BaseOxmlElement) -> tuple[str, int]:
        """The list and the level of a paragraph, of its own or through its style."""
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return "", 0
        style = properties.find(qn("w:pStyle"))
        number_id, level = self._of_style.get(style.get(_VAL) if style is not None else "", ("", 0))
        own = properties.find(qn("w:numPr"))
        if own is not None:
            number_id = _value(own, "w:numId") or number_id
            level = int(_value(own, "w:ilvl") or level)
        return number_id, level

    def _load(self, root: BaseOxmlElement) -> None:
        abstracts = {
            each.get(qn("w:abstractNumId")): _levels(each)
            for each in root.iter(qn("w:abstractNum"))
        }
        for each in root.iter(qn("w:num")):
            number_id, abstract = each.get(qn("w:numId")), _value(each, "w:abstractNumId") or ""
            levels = dict(abstracts.get(abstract, {}))
            for override in each.iter(qn("w:lvlOverride")):
                level = int(override.get(qn("w:ilvl")) or 0)
                levels |= _levels(override)
                if start := _value(override, "w:startOverride"):
                    self._overrides.setdefault(number_id, {})[level] = int(start)
            self._lists[number_id] = _List(abstract, levels)

    def _load_styles(self, document: Document) -> None:
        based: dict[str, str] = {}
        for style in document.styles.element.iter(qn("w:style")):
            style_id = style.get(qn("w:styleId"))
            based[style_id] = _value(style, "w:basedOn") or ""
            own = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if own is not None and (number_id := _value(own, "w:numId")):
                self._of_style[style_id] = (number_id, int(_value(own, "w:ilvl") or 0))
        for style_id, parent in based.items():
            if style_id not in self._of_style and parent in self._of_style:
                self._of_style[style_id] = self._of_style[parent]


def _value(element: BaseOxmlElement, name: str) -> str | None:
    child = element.find(qn(name))
    return None if child is None else child.get(_VAL)


def _levels(element: BaseOxmlElement) -> dict[int, _Level]:
    return {
        int(level.get(qn("w:ilvl")) or 0): _Level(
            int(_value(level, "w:start") or 1),
            _value(level, "w:numFmt") or "decimal",
            _value(level, "w:lvlText") or "",
        )
        for level in element.iter(qn("w:lvl"))
    }


def _render(levels: dict[int, _Level], level: int, counters: dict[int, int]) -> str:
    if levels[level].format == "bullet":
        return ""

    def one(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        return _written(counters.get(at, 1), levels[at].format if at in levels else "decimal")

    text = re.sub(r"%(\d)", one, levels[level].text)
    return text if text.endswith(("、", "）", ")", "．", "。")) else f"{text} " if text else ""


def _written(number: int, how: str) -> str:
    if _CHINESE_FORMATS.fullmatch(how):
        return write_number(number)
    if how in ("chineseLegalSimplified", "ideographLegalTraditional"):
        return write_number(number, _LEGAL)
    if how in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and number <= 20:
        return chr(ord("①") + number - 1)
    if how == "decimalEnclosedParen" and number <= 20:
        return chr(ord("⑴") + number - 1)
    if how == "decimalEnclosedFullstop" and number <= 20:
        return chr(ord("⒈") + number - 1)
    if how == "ideographEnclosedCircle" and number <= 10:
        return chr(ord("㈠") + number - 1)
    if how == "ideographTraditional" and number <= 10:
        return _STEMS[number - 1]
    if how in ("lowerLetter", "upperLetter") and number <= 26:
        return chr(ord("a" if how == "lowerLetter" else "A") + number - 1)
    if how in ("lowerRoman", "upperRoman"):
        roman = _roman(number)
        return roman if how == "upperRoman" else roman.lower()
    if how == "none":
        return ""
    return f"{number:02d}" if how == "decimalZero" else str(number)


def _roman(number: int) -> str:
    text = ""
    for letters, value in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text

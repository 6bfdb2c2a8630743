"""The labels that number the clauses of a Chinese document: 一、（一）1. (1) ① 第三条."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from knowledge.numerals import CHINESE, parse_number

_N = rf"(?:{CHINESE}{{1,5}}|\d{{1,3}})"
# What follows 第三条 when a sentence speaks of that article instead of starting it.
_REFERENCE = (
    r"(?:(?=\s)|(?![、,，至和及或与的中]|规定|所[列称述]|第[一二三四五六七八九十\d]+[条款项]))"
)
_STARTS = (
    ("part", re.compile(rf"第\s*({_N})\s*(?:编|篇|部分)(?=[\s:：\u4e00-\u9fff]|$)")),
    ("chapter", re.compile(rf"第\s*({_N})\s*章(?=[\s:：\u4e00-\u9fff]|$)")),
    ("section", re.compile(rf"第\s*({_N})\s*节(?=[\s:：\u4e00-\u9fff]|$)")),
    ("article", re.compile(rf"第\s*({_N})\s*条(?:之({CHINESE}))?{_REFERENCE}")),
    ("cn", re.compile(rf"({CHINESE}{{1,3}})\s*[、．.](?!{CHINESE}{{1,2}}[、类级])")),
    ("pcn", re.compile(rf"[（(]\s*({CHINESE}{{1,3}})\s*[)）]\s*[、.．]?")),
    ("num", re.compile(r"(\d{1,3})\s*(?:、|[.．](?!\d)|[.．](?=(?:19|20)\d\d\s*年))")),
    ("pnum", re.compile(r"[（(]\s*(\d{1,2})\s*[)）]\s*[、.．]?")),
    ("nump", re.compile(r"(\d{1,2})\s*[)）]")),
    ("circle", re.compile(r"([①-⑳㉑-㉟⑴-⒇⒈-⒛㈠-㈩])")),
    ("letter", re.compile(r"([A-Za-z])[.．、)）](?![A-Za-z.])")),
)
# Only these stand inside a paragraph as `…：1.…；2.…`.
_INLINE = frozenset({"cn", "pcn", "num", "pnum", "nump", "circle"})
RANK = {kind: rank for rank, (kind, _) in enumerate(_STARTS)}
_DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,4})(?=\s*[\u4e00-\u9fff《“]|\s*$)")
_INLINE_PLACE = re.compile(r"(?<=[。；;：:！？])\s*(?=[（(\d①-⒛㈠-㈩一二三四五六七八九十])")


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the start of a text: its kind, its number, how it is written, where it ends."""

    kind: str
    number: tuple[int, ...]
    text: str  # canonical, as in a path
    end: int

    @property
    def first(self) -> bool:
        return self.number[-1] == 1

    def follows(self, other: "Label") -> bool:
        """Whether this is the next label after `other` in the same list."""
        if self.kind != other.kind:
            return False
        if len(self.number) == len(other.number):
            step = self.number[-1] - other.number[-1]
            return step == 1 and self.number[:-1] == other.number[:-1]
        longer, shorter = sorted((self.number, other.number), key=len, reverse=True)
        if self.kind != "article":
            return False
        # 第三条 → 第三条之一 → 第四条
        return longer[: len(shorter)] == shorter or self.number[0] == other.number[0] + 1


def _circled(character: str) -> int:
    return parse_number(re.sub(r"[().]", "", unicodedata.normalize("NFKC", character)))


def _number(kind: str, match: re.Match[str]) -> tuple[int, ...]:
    if kind == "circle":
        return (_circled(match[1]),)
    if kind == "letter":
        return (ord(match[1].lower()) - ord("a") + 1,)
    if kind == "article" and match[2]:
        return (parse_number(match[1]), parse_number(match[2]))
    return (parse_number(match[1]),)


def _canonical(kind: str, match: re.Match[str]) -> str:
    core = match[1]
    shapes = {
        "cn": f"{core}、",
        "pcn": f"（{core}）",
        "num": f"{core}.",
        "pnum": f"({core})",
        "nump": f"{core})",
        "letter": f"{core}.",
    }
    return shapes.get(kind) or re.sub(r"\s", "", match[0])


def leading_label(text: str, start: int = 0) -> Label | None:
    """The label that the text has at `start`, or None."""
    for kind, pattern in _STARTS:
        match = pattern.match(text, start)
        if match is None:
            continue
        try:
            number = _number(kind, match)
        except ValueError:
            continue
        if number[0] > 0:
            return Label(kind, number, _canonical(kind, match), match.end())
    return None


def decimal_label(text: str) -> Label | None:
    """A label such as 3.1 or 3.1.2, as technical standards have them."""
    match = _DECIMAL.match(text)
    if match is None:
        return None
    number = tuple(int(part) for part in match[1].split("."))
    return Label("decimal", number, match[1], match.end())


def strip_label(text: str) -> str:
    """The text without its leading label and the space around."""
    label = leading_label(text)
    return text[label.end :].strip() if label else text.strip()


def _depths(text: str) -> list[int]:
    """For each position, how many brackets and quotation marks are open before it."""
    depths, depth = [], 0
    for character in text:
        if character in ")）》”’】〕":
            depth = max(depth - 1, 0)
        depths.append(depth)
        if character in "(（《“‘【〔":
            depth += 1
    return depths


def _inline_places(text: str) -> Iterator[tuple[int, Label]]:
    depths = _depths(text)
    leading = leading_label(text)
    if leading and leading.kind in _INLINE:
        yield 0, leading
    for place in _INLINE_PLACE.finditer(text):
        label = leading_label(text, place.end())
        if label and label.kind in _INLINE and depths[place.end()] == 0 and place.end() > 0:
            yield place.end(), label


def _first_run(places: list[tuple[int, Label]], following: Label | None) -> list[int]:
    """Where to cut: the first list whose numbers run in order, but for the start of the text."""
    for index, (position, label) in enumerate(places):
        if position > 0 and not label.first:
            continue
        run, last = [position], label
        for later, other in places[index + 1 :]:
            if other.follows(last):
                run.append(later)
                last = other
        if len(run) > 1 or (following is not None and following.follows(last)):
            return [each for each in run if each > 0]
    return []


def split_inline(text: str, following: Label | None = None) -> list[str]:
    """Cut `…：1.甲。2.乙。` into lead-in and items, where at least two numbers run in order.

    `following` is the label that the next line begins with: the list may go on there.
    `一是…二是…` is prose and stays. Nothing is cut inside brackets or quotation marks.
    """
    cuts = _first_run(list(_inline_places(text)), following)
    if not cuts:
        return [text]
    edges = [0, *cuts, len(text)]
    pieces = [text[a:b].strip() for a, b in pairwise(edges)]
    return [below for piece in pieces if piece for below in _split_below(piece)]


def _split_below(piece: str) -> list[str]:
    """Cut the lists within one item; its own label is set aside first."""
    label = leading_label(piece)
    end = label.end if label else 0
    first, *others = split_inline(piece[end:])
    return [piece[:end] + first, *others]

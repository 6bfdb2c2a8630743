"""What a question stresses: the words that make it another question when they are left out.

Refunds, loss, expiry, complaints, a negation, a condition, a name, a number: a passage that says
nothing of what the question stresses answers another question, however many words they share.
All of it is evidence against an answer, none of it proof; the weights say how strong.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from retrieval.facts import number
from retrieval.stress_words import (
    CONTRASTS,
    MATTERS,
    NAME,
    NEGATION,
    NEGATION_OF,
    NOT_NEGATED,
    NUMBER,
    SETTINGS,
)

StressKind = Literal["matter", "setting", "negation", "name", "number"]

_WEIGHTS: dict[StressKind, float] = {
    "matter": 1.0, "name": 1.0, "number": 0.7, "setting": 0.5, "negation": 0.4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stress:
    """A stressed span of a question. `covers`: what a text must match to be about the same."""

    kind: StressKind
    text: str
    start: int
    end: int
    weight: float
    covers: re.Pattern[str] | None = None


@lru_cache(maxsize=4096)
def stressed(question: str) -> tuple[Stress, ...]:
    """What a normalised question stresses, in order of appearance."""
    found = [*_names(question), *_numbers(question)]
    for kind, table in (("matter", MATTERS), ("setting", SETTINGS)):
        for asked, covers in table:
            match = asked.search(question)
            if match and not _taken(found, match):
                found.append(_stress(kind, match, covers))  # type: ignore[arg-type]  # a StressKind
    for match in NEGATION.finditer(question):
        if _negates(question, match) and not _taken(found, match):
            found.append(_stress("negation", match, None))
    return tuple(sorted(found, key=lambda s: s.start))


def covered(stress: Stress, text: str) -> bool:
    """Whether `text` speaks of what is stressed."""
    if stress.covers is not None:
        return stress.covers.search(text) is not None
    if stress.text in text:
        return True
    if stress.kind == "number":
        return _states_number(stress.text, text)
    if stress.kind == "negation":
        core = stress.text.lstrip("不没有未无法别非")
        return bool(core) and core[-1] in text and NEGATION_OF.search(text) is not None
    return stress.kind == "name" and _name_core(stress.text) in text


def uncovered(question: str, text: str) -> tuple[Stress, ...]:
    """What `question` stresses and `text` does not speak of."""
    return tuple(s for s in stressed(question) if not covered(s, text))


def uncovered_weight(question: str, text: str) -> float:
    """Evidence against `text` as the answer: 0 none, 1 one plain stress uncovered; it adds up."""
    return sum(s.weight for s in uncovered(question, text))


Contrast = tuple[re.Pattern[str], ...]


def contrasts(groups: Iterable[Iterable[str]]) -> tuple[Contrast, ...]:
    """Groups of values that exclude each other, as regular expressions (政府投资 | 社会投资)."""
    return tuple(tuple(re.compile(value) for value in group) for group in groups)


_GENERAL = contrasts(CONTRASTS)


def contradictions(
    question: str, text: str, groups: tuple[Contrast, ...] = _GENERAL
) -> tuple[tuple[str, str], ...]:
    """Pairs (asked, stated) where the question has one value of a group and the text only others.

    `groups`: as `contrasts` makes them; the general ones when the curators have none of their own.
    """
    found = []
    for group, here in _taken_sides(question) if groups is _GENERAL else _sides(question, groups):
        there = {i: m[0] for i, value in enumerate(group) if (m := value.search(text))}
        if there and not here.keys() & there.keys():
            found.append((next(iter(here.values())), next(iter(there.values()))))
    return tuple(found)


def _sides(
    question: str, groups: Iterable[Contrast]
) -> tuple[tuple[Contrast, dict[int, str]], ...]:
    """The groups of which a question has values, with these by their places."""
    found = []
    for group in groups:
        here = {i: m[0] for i, value in enumerate(group) if (m := value.search(question))}
        if here:
            found.append((group, here))
    return tuple(found)


@lru_cache(maxsize=4096)
def _taken_sides(question: str) -> tuple[tuple[Contrast, dict[int, str]], ...]:
    return _sides(question, _GENERAL)


def _stress(kind: StressKind, match: re.Match[str], covers: re.Pattern[str] | None) -> Stress:
    return Stress(kind, match[0], match.start(), match.end(), _WEIGHTS[kind], covers)


def _taken(found: list[Stress], match: re.Match[str]) -> bool:
    return any(s.start < match.end() and match.start() < s.end for s in found)


def _names(question: str) -> list[Stress]:
    return [_stress("name", match, None) for match in NAME.finditer(question)]


def _name_core(name: str) -> str:
    return name.strip("“”\"'《》「」【】 ")


def _numbers(question: str) -> list[Stress]:
    return [
        _stress("number", match, None)
        for match in NUMBER.finditer(question)
        if number(match["value"]) is not None
    ]


def _states_number(asked: str, text: str) -> bool:
    match = NUMBER.fullmatch(asked)
    if match is None:
        return False
    value = number(match["value"])
    return any(number(m["value"]) == value for m in NUMBER.finditer(text))


def _negates(question: str, match: re.Match[str]) -> bool:
    """Not in 能不能, 有没有, 不好意思, nor a bare 不 at the end."""
    before = question[match.start() - 1 : match.start()]
    if before and before == question[match.start() + 1]:
        return False
    return NOT_NEGATED.match(question, match.start()) is None

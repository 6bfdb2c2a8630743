"""The kind of fact a question asks for, and whether a text states that kind.

A clause without a duration does not answer 多久. Both sides are told by patterns over the words of
the language, not of a document: `asked` reads questions, `states` reads answers and clauses.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log
from typing import Literal

from retrieval.asked_patterns import ASKED, ENUMERABLE, HARD_KINDS, IMPLIED, PRECISE
from retrieval.segment import normalise
from retrieval.stated_patterns import NUMERAL, SAME_UNIT, STATED, UNSTATED

Kind = Literal[
    "frequency", "duration", "hours", "document_number", "date", "amount", "fee", "phone", "email",
    "contact", "address", "website", "who", "where", "materials", "list", "count", "comparison",
    "reason", "consequence", "steps", "definition", "permission",
]  # fmt: skip


_SMOOTH = 0.3  # of a question that asks for the kind, as if it stood beside the others


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of fact that a question asks for, and the words that do.

    `explicit`: by a question word (多久), not by a noun alone (时限). `unit`: what is counted (条).
    """

    kind: Kind
    text: str
    start: int
    end: int
    explicit: bool = True
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """A span of a text that states a fact, with a strength in 0..1 (及时 is a weak 多久)."""

    text: str
    start: int
    end: int
    strength: float


@lru_cache(maxsize=4096)
def asked(question: str) -> tuple[Asked, ...]:
    """The kinds a normalised question asks for: question words first, nouns, 可以吗 last."""
    found: list[Asked] = []
    for kind, pattern in ASKED:
        if pattern.search(question):  # most are not met: to know that comes first
            _collect(found, kind, pattern, question, explicit=True)
    for kind, pattern in IMPLIED:
        if pattern.search(question) and all(known.kind != kind for known in found):
            _collect(found, kind, pattern, question, explicit=False)
    if any(a.kind == "permission" for a in found):
        # 能几家一块儿批不: 几 is no question here
        found = [replace(a, explicit=False) if _is_some(a) else a for a in found]
    found.sort(key=lambda a: (a.kind == "permission", not a.explicit))
    return tuple(found)


def _collect(
    found: list[Asked], kind: Kind, pattern: re.Pattern[str], text: str, explicit: bool
) -> None:
    for match in pattern.finditer(text):
        start, end = match.span()
        if any(a.start < end and start < a.end for a in found):
            continue  # 多久一次 is taken: no 多久
        unit = (match.groupdict().get("unit") or "") if kind == "count" else ""
        found.append(Asked(kind, match[0], start, end, explicit, unit))


def _is_some(kind: Asked) -> bool:
    return kind.kind == "count" and kind.text.startswith("几")


def find_stated(kind: Kind, text: str, unit: str = "") -> list[Stated]:
    """The spans of `text` that state a fact of this kind, in order."""
    spans = []
    for pattern, strength in STATED[kind]:
        for match in pattern.finditer(text):
            value = strength
            if kind == "count" and unit and match.groupdict().get("unit"):
                value = 1.0 if _same_unit(unit, match["unit"]) else 0.3
            spans.append(Stated(match[0], match.start(), match.end(), value))
    spans.sort(key=lambda s: (s.start, -s.strength))
    return spans


@lru_cache(maxsize=16384)
def states(kind: Kind, text: str, unit: str = "") -> float:
    """How surely `text` states such a fact: 1 yes, 0 no; in between it cannot be told."""
    if kind == "count" and unit:
        return max((s.strength for s in find_stated(kind, text, unit)), default=UNSTATED[kind])
    best = UNSTATED[kind]
    for pattern, strength in STATED[kind]:
        if strength > best and pattern.search(text):
            best = strength
    return best


def fit(question: str, text: str) -> float:
    """Whether `text` states what `question` asks for, in 0..1; 0.5 when it asks for no kind.

    The least stated of the kinds asked by a question word counts; a noun alone (时限) counts half.
    """
    kinds = asked(question)
    explicit = [a for a in kinds if a.explicit and a.kind != "permission"]
    if explicit:
        return min(states(a.kind, text, a.unit) for a in explicit)
    if kinds:
        return min(
            0.5 + states(a.kind, text, a.unit) / 2 if not a.explicit else states(a.kind, text)
            for a in kinds
        )
    return 0.5


def unusual(question: str, questions: tuple[str, ...]) -> float:
    """How unusual it is that one of these is asked for the kind of fact that `question` asks for: 0
    when all of them ask for it, or it asks for none; with six questions up to 3.2."""
    kinds = _main_kinds(question)
    if not kinds:
        return 0.0
    counted = _counted_kinds(questions)
    least = min(counted.get(kind, 0) for kind in kinds)
    return log((len(questions) + _SMOOTH) / (least + _SMOOTH))


@lru_cache(maxsize=4096)
def _main_kinds(question: str) -> frozenset[Kind]:
    kinds = asked(question)
    explicit = {a.kind for a in kinds if a.explicit}
    return frozenset(explicit - {"permission"} or explicit or {a.kind for a in kinds})


@lru_cache(maxsize=1 << 15)
def _counted_kinds(questions: tuple[str, ...]) -> Mapping[Kind, int]:
    # A permission may be asked beside another kind (能不能 and 几天), so all kinds count here.
    found: Counter[Kind] = Counter()
    for question in questions:
        kinds = asked.__wrapped__(normalise(question))
        found.update({a.kind for a in kinds if a.explicit} or {a.kind for a in kinds})
    return found


def lacks(question: str, text: str) -> tuple[Asked, ...]:
    """The kinds that the question asks for by a question word and that the text does not state.

    Only kinds with a form of their own are judged (多久, 多少钱, 电话, 文号): a text may answer
    为什么 or 怎么办 whatever its form.
    """
    return tuple(
        a
        for a in asked(question)
        if a.explicit and a.kind in HARD_KINDS and states(a.kind, text, a.unit) < _needed(a)
    )


def tells(question: str, text: str) -> bool:
    """Whether a fact with a form of its own is asked for by a question word, and stands there."""
    wanted = any(a.explicit and a.kind in HARD_KINDS for a in asked(question))
    return wanted and not lacks(question, text)


def _needed(kind: Asked) -> float:
    """几天 wants a number, 多久 is also answered by 当场 or 及时, 几种 by naming them."""
    if kind.kind == "count":
        return 0.4 if kind.unit in ENUMERABLE else 0.8
    return 0.8 if PRECISE.search(kind.text) else 0.3


def _same_unit(asked_unit: str, stated_unit: str) -> bool:
    if asked_unit == stated_unit:
        return True
    return any(asked_unit in group and stated_unit in group for group in SAME_UNIT)


_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}


def number(numeral: str) -> float | None:
    """The value of 70, 七十, 1.5, 三万, 半; None when it is none."""
    numeral = numeral.strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", numeral):
        return float(numeral)
    if numeral == "半":
        return 0.5
    if not numeral or not re.fullmatch(NUMERAL, numeral):
        return None
    if numeral[-1] in "万亿":
        head = number(numeral[:-1])
        return None if head is None else head * (1e4 if numeral[-1] == "万" else 1e8)
    return _small_number(numeral)


def _small_number(numeral: str) -> float | None:
    total, digit = 0, 0
    for char in numeral:
        if char in _DIGITS:
            digit = digit * 10 + _DIGITS[char]
        elif char in _TENS:
            total += (digit or 1) * _TENS[char]
            digit = 0
        else:
            return None
    return float(total + digit)

"""The likeliest way to read a question word by word, as typed or with slips put right.

A noisy channel: each word weighs the log of its chance, each slip costs what it is worth, and the
best path through all of them wins. So 代半 becomes 代办, since two stray characters are far less
likely than that word with a slip, and 是由 does not become 事由, being likely as it stands.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from retrieval.lexicon import LONGEST, Lexicon
from retrieval.pinyin import syllables
from retrieval.shapes import SHAPES
from retrieval.units import Units

Slip = Literal["sound", "shape", "order", "missing", "doubled", "space", "pinyin", "initials"]

# What slips cost, in nats: the rarer, the more a word must be likelier than what was typed.
_SOUND, _SOUND_IN_LONG_WORD, _SECOND, _NEAR = 7.0, 5.5, 3.0, 1.5
_NEAR_IN_SHORT_WORD = 3.0
_AMONG_STRAYS = 1.5  # three strange characters in a row are rather a name (陈立农)
_SOUND_BESIDE_WORD = 8.0  # 帐 + 时间 is not likely to be 长时间
_SHAPE, _ORDER, _MISSING, _DOUBLED, _SPACE = 7.0, 6.0, 7.5, 9.0, 2.0
_PINYIN, _ONE_SYLLABLE, _INITIALS = 3.0, 3.0, 1.0
_LETTERS, _MORE_LETTERS = -12.0, -2.0  # letters that stay letters, and each further syllable
_LONG = 4  # characters of a word that is hardly ever met by chance
_WEAK = -7.5  # a character likelier than this as a word of its own (是, 的) is not taken for a slip
_AS_LIKELY = 2.5  # another word for the same place that comes this near is a reading of its own
_FIXED = frozenset("〇零一二三四五六七八九十百千万亿两不没无未非别勿莫否免禁")
_OPPOSITES = [set("买卖"), set("授受"), set("收售"), set("售受"), set("增赠")]
_NEGATIONS = frozenset("不没无未非别勿莫否免禁")


class Edge(NamedTuple):
    """A word over the units from `start` to `end`; without a slip it is as typed."""

    start: int
    end: int
    score: float
    word: str = ""
    slip: Slip | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """The slips of the best path, and by how much it beats the question as typed, in nats."""

    slips: tuple[Edge, ...]
    margin: float


class Paths:
    """All ways to read one question. `fixed` tells the units that must stay, once that matters."""

    def __init__(self, units: Units, lexicon: Lexicon, fixed: Callable[[], frozenset[int]]) -> None:
        self._units = units
        self._lexicon = lexicon
        self._find_fixed = fixed
        self._typed: list[list[Edge]] = [self._as_typed(at) for at in range(len(units))]
        self._plain, self._plain_score = _best(self._typed)
        flat = units.flat
        self._doubled = [n for n in range(len(flat) - 1) if flat[n] == flat[n + 1] != "\0"]
        self._shaped = [n for n, char in enumerate(flat) if char in SHAPES]
        self._inside = self._words_around()

    @cached_property
    def _fixed(self) -> frozenset[int]:
        return self._find_fixed()

    def best(self) -> list[Path]:
        """The best path with slips, then others nearly as likely; none when the question is best
        read as it was typed."""
        slips = [list(self._slips(at)) for at in range(len(self._units))]
        if not any(slips):
            return []
        if self._units.has_letters and not any(_spelt(edge) for row in slips for edge in row):
            # One syllable alone may be anything: letters become characters in company only.
            slips = [[edge for edge in row if edge.slip != "pinyin"] for row in slips]
        path, score = _best([t + s for t, s in zip(self._typed, slips, strict=True)])
        chosen = tuple(edge for edge in path if edge.slip)
        if not chosen:
            return []
        best = Path(chosen, score - self._plain_score)
        return [best, *self._others(best, slips)]

    def _others(self, best: Path, slips: list[list[Edge]]) -> Iterator[Path]:
        """The best path with another word in one place."""
        for place, edge in enumerate(best.slips):
            for other in slips[edge.start]:
                loss = edge.score - other.score
                if other.end == edge.end and other.word != edge.word and loss < _AS_LIKELY:
                    changed = (*best.slips[:place], other, *best.slips[place + 1 :])
                    if best.margin - loss > 0:
                        yield Path(changed, best.margin - loss)

    def _as_typed(self, at: int) -> list[Edge]:
        units, lexicon = self._units, self._lexicon
        if units.is_letters(at):
            end = units.run_end(at)
            if not units.starts_run(at):
                return []
            return [Edge(at, end, _LETTERS + (end - at - 1) * _MORE_LETTERS)]
        char = units.flat[at]
        if char == "\0":
            return [Edge(at, at + 1, 0.0)]
        edges = [Edge(at, at + 1, lexicon.chance(char), char)]
        for end in range(at + 2, min(at + LONGEST, len(units)) + 1):
            if units.gaps[end - 1] or units.flat[end - 1] == "\0":
                break
            word = units.flat[at:end]
            if lexicon.met(word):
                edges.append(Edge(at, end, lexicon.chance(word), word))
        return edges

    def _words_around(self) -> list[Edge]:
        """For each unit the word of the plain path that it belongs to."""
        return [edge for edge in self._plain for _ in range(edge.start, edge.end)]

    def _slips(self, at: int) -> Iterator[Edge]:
        """What may be meant by the units from here on."""
        units = self._units
        flat, last = units.flat, min(at + LONGEST, len(units))
        weak = letters = False
        for end in range(at + 1, last + 1):
            if units.key[end - 1] == "\0" and not units.is_letters(end - 1):
                break
            letters = letters or units.is_letters(end - 1)
            weak = weak or letters or self._is_weak(end - 1)
            size = end - at
            if letters:
                yield from self._pinyin(at, end)
            elif size > 1 and (weak or size >= _LONG):
                yield from self._by_sound(at, end)
                yield from self._by_shape(at, end, flat[at:end])
                if weak:
                    yield from self._by_spelling(at, end, flat[at:end])
        if letters and units.initials(at):
            yield from self._by_initials(at)

    def _is_weak(self, at: int) -> bool:
        """Whether the unit stands alone, and not as one of the commonest words."""
        edge = self._inside[at]
        return self._units.gaps[at] or (edge.end - edge.start == 1 and edge.score < _WEAK)

    def _is_stray(self, at: int) -> bool:
        return 0 <= at < len(self._units) and self._units.flat[at] != "\0" and self._is_weak(at)

    def _by_sound(self, at: int, end: int) -> Iterator[Edge]:
        typed = self._units.flat[at:end]
        for word in self._lexicon.sounding(self._units.key[at:end]):
            if word != typed and self._may_be(at, end, word):
                cost = self._sound_cost(typed, word)
                if len(word) == 2 and (self._is_stray(at - 1) or self._is_stray(end)):
                    cost += _AMONG_STRAYS
                yield Edge(at, end, self._lexicon.chance(word) - cost, word, "sound")

    def _sound_cost(self, typed: str, word: str) -> float:
        pairs = [(a, b) for a, b in zip(typed, word, strict=True) if a != b]
        near = sum(syllables(a) != syllables(b) for a, b in pairs)
        first = _SOUND_IN_LONG_WORD if len(word) > 2 and len(pairs) == 1 else _SOUND
        if len(word) == 3 and len(pairs) == 1 and self._lexicon.met(_rest(typed, word)):
            first = _SOUND_BESIDE_WORD
        each = _NEAR if len(word) > 2 else _NEAR_IN_SHORT_WORD
        return first + _SECOND * (len(pairs) - 1) + each * near

    def _may_be(self, at: int, end: int, word: str) -> bool:
        """Whether the word may stand for what was typed there, one character for one."""
        typed = self._units.flat[at:end]
        if not self._lexicon.offered(word) or self._lexicon.known(typed):
            return False
        changed = [at + n for n, (a, b) in enumerate(zip(typed, word, strict=True)) if a != b]
        if len(changed) * 2 > len(word) and len(word) > 2:
            return False
        for place in changed:
            if {self._units.flat[place], word[place - at]} in _OPPOSITES:
                return False
            if place in self._fixed or self._units.flat[place] in _FIXED:
                return False
            if word[place - at] in (_NEGATIONS if len(word) > 2 else _FIXED):
                return False
            if len(word) < _LONG and self._inside[place].end - self._inside[place].start > 1:
                return False  # part of a word that is correct as it stands
        return len(word) < _LONG or len(changed) == 1 or self._all_stray(changed)

    def _all_stray(self, places: list[int]) -> bool:
        return all(self._inside[p].end - self._inside[p].start == 1 for p in places)

    def _by_shape(self, at: int, end: int, typed: str) -> Iterator[Edge]:
        for n in (shaped - at for shaped in self._shaped if at <= shaped < end):
            for meant in SHAPES[typed[n]]:
                word = typed[:n] + meant + typed[n + 1 :]
                if self._may_be(at, end, word):
                    yield Edge(at, end, self._lexicon.chance(word) - _SHAPE, word, "shape")

    def _by_spelling(self, at: int, end: int, typed: str) -> Iterator[Edge]:
        """Blanks inside a word, one character missing or doubled, two in the wrong order."""
        lexicon, units = self._lexicon, self._units
        if units.has_gaps and any(units.gaps[at + 1 : end]) and lexicon.offered(typed):
            yield Edge(at, end, lexicon.chance(typed) - _SPACE, typed, "space")
        found: list[tuple[str, Slip, float]] = []
        found += [(word, "missing", _MISSING) for word in lexicon.with_gap(typed)]
        found += [
            (typed[: n - at] + typed[n - at + 1 :], "doubled", _DOUBLED)
            for n in self._doubled
            if at <= n < end - 1
        ]
        found += [
            (word, "order", _ORDER) for word in lexicon.of_letters(typed) if _swapped(typed, word)
        ]
        for word, slip, cost in found:
            if len(word) > 2 and not lexicon.known(typed) and self._may_respell(at, end, word):
                yield Edge(at, end, lexicon.chance(word) - cost, word, slip)

    def _may_respell(self, at: int, end: int, word: str) -> bool:
        """Whether the word may stand for units of which one is missing or out of place."""
        added = set(word) - set(self._units.flat[at:end])
        return (
            self._lexicon.offered(word)
            and _FIXED.isdisjoint(added)
            and self._fixed.isdisjoint(range(at, end))
        )

    def _pinyin(self, at: int, end: int) -> Iterator[Edge]:
        """Words that are written in letters, wholly or in part."""
        units, lexicon = self._units, self._lexicon
        for word in lexicon.sounding(units.key[at:end]):
            if not lexicon.offered(word) or not self._agrees(at, word):
                continue
            cost = _PINYIN + (_ONE_SYLLABLE if end - at == 1 else 0.0)
            cost += _NEAR * sum(
                units.texts[at + n] not in syllables(char)
                for n, char in enumerate(word)
                if units.is_letters(at + n)
            )
            yield Edge(at, end, lexicon.chance(word) - cost, word, "pinyin")

    def _agrees(self, at: int, word: str) -> bool:
        """Whether what is not letters stands in the word as it was typed."""
        units = self._units
        return all(
            units.is_letters(at + n) or units.flat[at + n] == char for n, char in enumerate(word)
        )

    def _by_initials(self, at: int) -> Iterator[Edge]:
        words = self._lexicon.of_initials(self._units.initials(at))
        if len(words) == 1:
            score = self._lexicon.chance(words[0]) - _INITIALS
            yield Edge(at, self._units.run_end(at), score, words[0], "initials")


def _swapped(typed: str, word: str) -> bool:
    """Whether just two neighbours are in the wrong order."""
    differ = [n for n, (a, b) in enumerate(zip(typed, word, strict=True)) if a != b]
    return len(differ) == 2 and differ[1] - differ[0] == 1


def _rest(typed: str, word: str) -> str:
    """What both have at the same end, if one character differs."""
    return typed[1:] if typed[0] != word[0] else typed[:-1]


def _spelt(edge: Edge) -> bool:
    return edge.slip == "pinyin" and edge.end - edge.start > 1


def _best(edges: list[list[Edge]]) -> tuple[list[Edge], float]:
    """The path of the highest sum from the first unit to behind the last."""
    size = len(edges)
    scores = [0.0] + [float("-inf")] * size
    came: list[Edge | None] = [None] * (size + 1)
    for at, starting in enumerate(edges):
        before = scores[at]
        for edge in starting:
            score = before + edge.score
            if score > scores[edge.end]:
                scores[edge.end] = score
                came[edge.end] = edge
    path: list[Edge] = []
    at = size
    while at:
        last = came[at]
        assert last is not None  # as typed every unit can be passed
        path.append(last)
        at = last.start
    return path[::-1], scores[size]

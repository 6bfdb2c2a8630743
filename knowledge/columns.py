"""The lines of a page in reading order: of two columns, as gazettes have, the left one first."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_LEAST_LINES = 8  # that go over both columns; fewer may as well be a table
_GAP = 0.7  # of the font's size, from which on two pieces stand apart


@dataclass(frozen=True, slots=True)
class Piece:
    """A text where it stands on the page, in points; `y` counts from the bottom."""

    x: float
    y: float
    size: float
    text: str

    @property
    def end(self) -> float:
        """The right edge, estimated: the fonts' own widths are not at hand."""
        wide = sum(1.0 if ord(c) > 0x2E7F or c in "“”‘’—…" else 0.5 for c in self.text.strip())
        return self.x + wide * self.size


Line = Sequence[Piece]


def read_page(pieces: Sequence[Piece]) -> list[Line]:
    """The lines of a page, each from left to right; a right column as if it stood in the left."""
    lines = _gather(pieces)
    found = _find_columns(lines)
    if found is None:
        return lines
    left_edge, right_edge = found
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        gutter = right_edge - 0.5 * line[0].size
        if _spans(line, gutter):
            ordered += [*left, *right, line]
            left, right = [], []
            continue
        if here := [piece for piece in line if piece.x < gutter]:
            left.append(here)
        if there := [piece for piece in line if piece.x >= gutter]:
            right.append([replace(each, x=each.x - right_edge + left_edge) for each in there])
    return [*ordered, *left, *right]


def _gather(pieces: Sequence[Piece]) -> list[Line]:
    """The pieces gathered into lines, from the top of the page down."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: -each.y):
        if lines and abs(lines[-1][0].y - piece.y) < 0.4 * max(lines[-1][0].size, piece.size):
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [sorted(line, key=lambda each: each.x) for line in lines]


def _find_columns(lines: Sequence[Line]) -> tuple[float, float] | None:
    """Where the two columns begin; None when the page has one.

    Prose fills its column: in most lines the left side is long and ends close to the right one.
    The cells of a table do not.
    """
    parted = [halves for line in lines if (halves := _part(line))]
    if len(parted) < max(_LEAST_LINES, 0.5 * len(lines)):
        return None
    (right_edge, times), *_ = Counter(round(right[0].x) for _, right in parted).most_common(1)
    full = [
        left
        for left, _ in parted
        if left[-1].end > right_edge - 3.5 * left[-1].size
        and left[-1].end - left[0].x > 10 * left[-1].size
    ]
    if times < 0.4 * len(parted) or len(full) < 0.6 * len(parted):
        return None
    return median(left[0].x for left in full), float(right_edge)


def _part(line: Line) -> tuple[Line, Line] | None:
    """The two sides of a line that stand apart at exactly one place."""
    gaps = [
        number
        for number, (one, other) in enumerate(pairwise(line), 1)
        if other.x - one.end > _GAP * one.size
    ]
    return (line[: gaps[0]], line[gaps[0] :]) if len(gaps) == 1 else None


def _spans(line: Line, gutter: float) -> bool:
    """Whether a line goes over both columns, or stands in the middle: a title, a page number."""
    crosses = any(each.x < gutter - each.size and each.end > gutter + each.size for each in line)
    middle = (line[0].x + line[-1].end) / 2
    return crosses or (abs(middle - gutter) < 2 * line[0].size and _part(line) is None)

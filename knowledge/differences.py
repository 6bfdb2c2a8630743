"""What a newer document says otherwise than the one whose place it takes, clause by clause."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from knowledge.clauses import ParsedClause, walk
from knowledge.documents import get_tree
from storage import Transaction

_ALIKE = 0.4  # shared pairs of characters, from which on one clause has become the other
_NEARBY = 12  # clauses that one is held against
_LONG = 1500  # characters


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a clause; `changed`: the other version does not have it."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A clause that changed, came (no `before`) or went (no `after`); `path`: where it stands in
    the newer document, or stood in the older."""

    path: str
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()


def compare_documents(tx: Transaction, old_id: str, new_id: str) -> list[Difference]:
    """The differences in the order of the newer document. Raises DocumentNotFound."""
    old, new = ([*walk(get_tree(tx, each))] for each in (old_id, new_id))
    one, other = ([_key(each) for each in clauses] for clauses in (old, new))
    matcher = SequenceMatcher(None, one, other, False)
    return [
        difference
        for what, start, end, from_, to in matcher.get_opcodes()
        if what != "equal"
        for difference in _compare(old[start:end], new[from_:to])
    ]


def _key(clause: ParsedClause) -> str:
    return "".join(clause.text.split())


def _compare(old: Sequence[ParsedClause], new: Sequence[ParsedClause]) -> Iterator[Difference]:
    """A stretch that differs: each new clause is held against the old one nearby that is most
    alike."""
    left = list(old)
    for clause in new:
        shares = [_likeness(each.text, clause.text) for each in left[:_NEARBY]]
        best = max(shares, default=0.0)
        if best < _ALIKE:
            yield Difference(clause.path, after=(Piece(clause.text, True),))
            continue
        place = shares.index(best)
        yield from map(_gone, left[:place])
        yield Difference(clause.path, *_pieces(left[place].text, clause.text))
        left = left[place + 1 :]
    yield from map(_gone, left)


def _gone(clause: ParsedClause) -> Difference:
    return Difference(clause.path, before=(Piece(clause.text, True),))


def _likeness(one: str, other: str) -> float:
    """The share of pairs of characters that two texts have in common (Dice)."""
    pairs, others = ({text[at : at + 2] for at in range(len(text))} for text in (one, other))
    return 2 * len(pairs & others) / max(len(pairs) + len(others), 1)


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    one, other = _units(old), _units(new)
    before, after = [], []
    for what, start, end, from_, to in SequenceMatcher(None, one, other, False).get_opcodes():
        if start < end:
            before.append(Piece("".join(one[start:end]), what != "equal"))
        if from_ < to:
            after.append(Piece("".join(other[from_:to]), what != "equal"))
    return tuple(before), tuple(after)


def _units(text: str) -> list[str]:
    """What is compared: characters, or in a long text its sentences, which are fewer."""
    return list(text) if len(text) <= _LONG else re.split(r"(?<=[。；;\n])", text)

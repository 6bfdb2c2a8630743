"""From a clause, the sentences or items that answer: never a changed word, never a page of text."""

from collections.abc import Callable

from retrieval.windows import sentences

SHORT = 160  # characters; a text up to this length is shown whole
LONGEST = 400
_ENOUGH = 0.6  # a sentence this near to the best one (in what it covers) is shown too


def extract(text: str, coverage: Callable[[str], float]) -> str:
    """The part of a text that covers a question best, in its own words and order.

    `coverage` says how much of the question's information a sentence holds. A sentence that ends in
    a colon brings the items that it announces. Left out sentences between two shown ones are
    marked by ……
    """
    text = text.strip()
    if len(text) <= SHORT:
        return text
    found = sentences(text)
    scores = [coverage(sentence) for sentence in found]
    best = max(scores)
    if best <= 0:
        return text[:LONGEST].rstrip() + ("……" if len(text) > LONGEST else "")
    chosen: set[int] = set()
    room = LONGEST
    for place in sorted(range(len(found)), key=lambda place: (-scores[place], place)):
        if scores[place] < _ENOUGH * best or (chosen and len(found[place]) > room):
            break
        for part in _with_items(found, place):
            if part not in chosen and (room > 0 or part == place):
                chosen.add(part)
                room -= len(found[part])
    return _joined(found, sorted(chosen))


def _with_items(found: list[str], place: int) -> range:
    """A sentence, with the lines after it where it announces them."""
    if not found[place].rstrip().endswith(("：", ":")):
        return range(place, place + 1)
    return range(place, len(found))


def _joined(found: list[str], chosen: list[int]) -> str:
    pieces = []
    for before, place in zip([None, *chosen], chosen, strict=False):
        if before is not None and place != before + 1:
            pieces.append("……")
        pieces.append(found[place])
    return "".join(pieces).strip()

"""From a clause, the sentences or items that answer: never a changed word, never a page of text."""

from collections.abc import Callable

from retrieval.windows import sentences

SHORT = 240  # characters; a text up to this length is shown whole
LONGEST = 400
_ENOUGH = 0.35  # a sentence this near to the best one (in what it covers) is shown too
_SCANT = 120  # characters that a heading brings at least
_ENDS = ("。", "！", "？", "；", "!", "?", ";")


def extract(text: str, coverage: Callable[[str], float]) -> str:
    """The part of a text that covers a question best, in its own words and order.

    `coverage` says how much of the question's information a sentence holds. A heading brings what
    stands below it, a sentence that ends in a colon the items that it announces. Left out sentences
    between two shown ones are marked by ……
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
    for place in sorted(range(len(found)), key=lambda place: (-scores[place], place)):
        room = LONGEST - sum(len(found[part]) for part in chosen)
        if scores[place] < _ENOUGH * best or (chosen and len(found[place]) > room):
            break
        chosen |= _with_what_follows(found, place, room)
    return _joined(found, sorted(chosen))


def _with_what_follows(found: list[str], place: int, room: int) -> set[int]:
    """A sentence with those after it that it announces; a heading with some of what follows."""
    taken, length = {place}, len(found[place])
    line = found[place].rstrip()
    announces = line.endswith(("：", ":"))
    heads = not announces and not line.endswith(_ENDS)
    for after in range(place + 1, len(found)):
        scant = heads and length < _SCANT
        if not (announces or scant) or length + len(found[after]) > room:
            break
        taken.add(after)
        length += len(found[after])
    return taken


def _joined(found: list[str], chosen: list[int]) -> str:
    pieces = []
    for before, place in zip([None, *chosen], chosen, strict=False):
        if before is not None and place != before + 1:
            pieces.append("……")
        pieces.append(found[place])
    return "".join(pieces).strip()

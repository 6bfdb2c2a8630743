"""How alike a question and phrasings are as they are written, character by character."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.cards import Card

Floats = NDArray[np.float64]
_BEYOND = 0x110000  # no character has this number


class Likeness:
    """A question's text beside all phrasings of some cards."""

    def __init__(self, text: str, cards: Sequence[Card]) -> None:
        self._text, self._cards = text, cards
        self._phrasings = [phrasing for card in cards for phrasing in card.phrasings]
        self._counts = np.array([len(card.phrasings) for card in cards])
        self._sizes = np.array([len(phrasing) for phrasing in self._phrasings])
        # Where the phrasings have characters of the question, and which.
        self._asked = np.append(np.unique(_codes(text)), _BEYOND)
        codes = _codes("".join(self._phrasings))
        column = self._asked.searchsorted(codes)
        found = self._asked[column] == codes
        self._column = column[found]
        self._phrasing = np.arange(len(self._sizes)).repeat(self._sizes)[found]

    def same_characters(self) -> Floats:
        """Shared characters to all characters, with the phrasing of each card where this is most.
        A character that stands twice counts once."""
        width = len(self._asked)
        shared = np.zeros(len(self._sizes) * width, np.bool_)
        shared[self._phrasing * width + self._column] = True
        both = np.count_nonzero(shared.reshape(-1, width), axis=1)
        own = np.concatenate([card.distinct for card in self._cards])
        share = both / np.maximum(width - 1 + own - both, 1)
        most: Floats = np.maximum.reduceat(share, np.cumsum(self._counts) - self._counts)
        return most

    def same_order(self) -> Floats:
        """Longest common subsequence to the mean length, with the phrasing of each card where this
        is most."""
        size = len(self._text)
        halves = np.maximum(size + self._sizes, 1) / 2
        common = np.bincount(self._phrasing, minlength=len(self._sizes))
        possible = np.minimum(common, size) / halves
        cards = np.arange(len(self._cards)).repeat(self._counts).tolist()
        masks = character_masks(self._text)
        most = [0.0] * len(self._cards)
        # The highest share that is possible first: most need not be looked at then.
        order = np.argsort(-possible)
        for place, highest in zip(order.tolist(), possible[order].tolist(), strict=True):
            card = cards[place]
            if highest > most[card]:
                shared = [masks[char] for char in self._phrasings[place] if char in masks]
                share = common_subsequence(shared, size) / float(halves[place])
                most[card] = max(most[card], share)
        return np.array(most)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def character_masks(text: str) -> dict[str, int]:
    """The places of each character, as bits."""
    masks: dict[str, int] = {}
    for place, char in enumerate(text):
        masks[char] = masks.get(char, 0) | 1 << place
    return masks


def common_subsequence(masks: Iterable[int], length: int) -> int:
    """Length of the longest common subsequence of a text of this length and another, given by the
    masks of those of its characters that stand in the first. Bit-parallel after Hyyrö (2004)."""
    full = (1 << length) - 1
    row = full
    for mask in masks:
        met = row & mask
        row = ((row + met) | (row - met)) & full
    return length - row.bit_count()

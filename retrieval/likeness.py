"""How alike a question and phrasings are as they are written, character by character."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from retrieval.cards import Card
from retrieval.columns import columns

Floats = NDArray[np.float64]
_CHARACTERS = 0x110000  # that there are


class Likeness:
    """A question's text beside all phrasings of some cards."""

    def __init__(self, text: str, cards: Sequence[Card]) -> None:
        self._text, self._cards = text, cards
        self._phrasings = list(chain.from_iterable(card.phrasings for card in cards))
        self._counts = np.array([len(card.phrasings) for card in cards])
        self._sizes = np.fromiter(map(len, self._phrasings), np.intp, len(self._phrasings))
        # How often each character of the question stands in each phrasing.
        asked, self._asked = np.unique(_codes(text), return_counts=True)
        column = columns(asked, _codes("".join(self._phrasings)), _CHARACTERS)
        (found,) = (column != 0).nonzero()
        phrasing = np.arange(len(self._sizes)).repeat(self._sizes)[found]
        shape = len(self._sizes), len(asked)
        cells = phrasing * shape[1] + column[found] - 1
        self._held = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)

    def same_characters(self) -> Floats:
        """Shared characters to all characters, with the phrasing of each card where this is most.
        A character that stands twice counts once."""
        both = (self._held != 0).sum(axis=1)
        own = np.concatenate([card.distinct for card in self._cards])
        share = both / np.maximum(len(self._asked) + own - both, 1)
        most: Floats = np.maximum.reduceat(share, np.cumsum(self._counts) - self._counts)
        return most

    def same_order(self) -> Floats:
        """Longest common subsequence to the mean length, with the phrasing of each card where this
        is most."""
        size = len(self._text)
        halves = np.maximum(size + self._sizes, 1) / 2
        possible = np.minimum(self._held, self._asked).sum(axis=1) / halves
        card_of = np.arange(len(self._cards)).repeat(self._counts)
        masks = character_masks(self._text)
        most = [0.0] * len(self._cards)
        # The highest share that is possible first: most need not be looked at then.
        order = np.argsort(-possible)
        ordered = (order.tolist(), card_of[order].tolist(), possible[order].tolist())
        for place, card, highest in zip(*ordered, strict=True):
            if highest > most[card]:
                shared = [masks[char] for char in self._phrasings[place] if char in masks]
                share = common_subsequence(shared, size) / float(halves[place])
                most[card] = max(most[card], share)
        return np.array(most)


def _codes(text: str) -> NDArray[np.int32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32)


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

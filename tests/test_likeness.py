"""How alike texts are written: the arrays say what the definitions say."""

import random

import numpy as np

from retrieval.cards import Card
from retrieval.likeness import Likeness
from retrieval.passages import Passage

LETTERS = "施工许可证办理多久能下来ab12𠮷"


def card(*phrasings: str) -> Card:
    nothing = np.zeros(0, np.int32)
    passage = Passage("entry:a", "entry", phrasings)
    return Card(passage, phrasings, nothing, nothing.astype(np.uint8), nothing, nothing)


def some_text(chance: random.Random) -> str:
    return "".join(chance.choices(LETTERS, k=chance.randint(1, 12)))


def common(one: str, other: str) -> int:
    """Length of the longest common subsequence, row by row."""
    row = [0] * (len(other) + 1)
    for first in one:
        before = row
        row = [0]
        for place, second in enumerate(other):
            longest = before[place] + 1 if first == second else max(before[place + 1], row[-1])
            row.append(longest)
    return row[-1]


def test_the_phrasing_that_is_most_alike_counts() -> None:
    chance = random.Random(7)
    for _ in range(200):
        asked = some_text(chance)
        phrasings = [[some_text(chance) for _ in range(chance.randint(1, 5))] for _ in range(4)]
        likeness = Likeness(asked, [card(*own) for own in phrasings])
        assert likeness.same_characters().tolist() == [
            max(len({*asked} & {*each}) / len({*asked} | {*each}) for each in own)
            for own in phrasings
        ]
        assert likeness.same_order().tolist() == [
            max(common(asked, each) / ((len(asked) + len(each)) / 2) for each in own)
            for own in phrasings
        ]


def test_what_shares_nothing_is_not_alike() -> None:
    for asked in ("收费", ""):
        likeness = Likeness(asked, [card("施工许可证"), card("办理")])
        assert likeness.same_characters().tolist() == [0, 0]
        assert likeness.same_order().tolist() == [0, 0]

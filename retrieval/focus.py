"""What a question asks about: the words beside its question words.

哪家快递, 面积多大, 几份材料, 谁掏钱: what stands next to the question word is what an answer must
speak of. A passage that shares all the rest and lacks this one word answers another question.
"""

import re
from collections.abc import Iterable
from math import exp

_ASKING = re.compile(
    "(?:多久|多长时间)[\u4e00-\u9fff]{0,4}一[次回趟]|谁|哪[些个里儿家类几种一]*|几[个份项种类家位次条张步]?|多[少大久长高]|什么|啥|怎[么样]|咋|如何|为何|吗|呢|么|[不没]$"
    "|能不能|可不可以|是不是|有没有|要不要"
)
# Words that say nothing by themselves, wherever they stand.
_EMPTY = frozenset(
    [*"的了是我你您他这那在和跟与就都也还要有啊呀吧呗能会给不没上下里去到对把被让用得着过"]
).union(["我们", "你们", "咱们", "这个", "那个", "一个", "到底", "具体", "可以", "没有", "请问"])
_REACH = 2.0  # characters over which a word's nearness falls to a third


def focus(question: str, words: Iterable[str]) -> dict[str, float]:
    """The words of a normalised question, in their order, with their nearness (0 to 1) to a
    question word; to its end where there is none."""
    spans = [found.span() for found in _ASKING.finditer(question)]
    spans = spans or [(len(question), len(question))]
    near: dict[str, float] = {}
    place = 0
    for word in words:
        start = question.find(word, max(0, place - len(word)))
        if start < 0:
            continue
        end = place = start + len(word)
        within = any(left <= start and end <= right for left, right in spans)
        if word not in _EMPTY and not within:
            gap = min(max(0, left - end, start - right) for left, right in spans)
            near[word] = max(near.get(word, 0.0), exp(-gap / _REACH))
    return near


def unfocused(near: dict[str, float], text: str) -> float:
    """How much of what a question asks about a text does not speak of: 0 nothing, 1 all."""
    total = sum(near.values())
    if not total:
        return 0.0
    return sum(weight for word, weight in near.items() if word not in text) / total

"""Messages that are no questions: courtesy, chat, and the wish for a person.

A message is small talk only when nothing else is left of it: what also holds a question is a
question. A wish for a person may stand beside other clauses, since who asks for a person has
had enough of the robot.
"""

import re
from typing import Literal

from retrieval.smalltalk_words import (
    BACKWARDS,
    BARE,
    CLAUSE_END,
    COURTESY_AFTER,
    COURTESY_BEFORE,
    FILLER,
    LOST_IN_TYPING,
    NO_PLEA,
    NO_WISH,
    NOT_A_WORD,
    PHRASES,
    PLEA,
    WISH,
)

SmallTalk = Literal[
    "person", "unsolved", "abuse", "identity", "chat", "farewell", "thanks", "praise",
    "acknowledgement", "greeting", "laughter", "noise",
]  # fmt: skip

_LONGEST = 40
_LONGEST_PLEA = 100
_SHORTEST_MATTER = 4


def small_talk(message: str) -> SmallTalk | None:
    """What kind of small talk a normalised message is, or None: then it is to be answered.

    person: wants a human; unsolved: says that the answer did not help; noise: holds no word at
    all (???); laughter: also emoji alone.
    """
    if wants_person(message):
        return "person"
    words = NOT_A_WORD.sub("", message)
    if not words:
        return _wordless(message)
    if len(words) > _LONGEST:
        return None
    kinds = _parse(words)
    return next((kind for kind in PHRASES if kind in kinds), None)


def wants_person(message: str) -> bool:
    """Whether the asker wants a person instead of the robot (转人工, 找个活人, 叫管家来)."""
    clauses = _clauses(message)
    whole = _spelt("".join(clauses))  # zhuan ren gong
    if NO_WISH.search(whole):
        return False
    if _is_wish(whole) or (len(whole) <= _LONGEST and BARE.fullmatch(whole)):
        return True
    if len(whole) <= _LONGEST_PLEA and PLEA.search(whole) and not NO_PLEA.search(whole):
        return True
    wishes = [_is_wish(clause) for clause in clauses]
    if not any(wishes):
        return False
    after = "".join(clauses[wishes.index(True) + 1 :])
    return not (wishes[0] and BACKWARDS.fullmatch(after))


def tells_a_matter(message: str) -> bool:
    """Whether a message that wants a person also says what about (转人工，我的件卡了三个月)."""
    return any(
        len(clause) > _LONGEST_PLEA
        or (
            len(clause) >= _SHORTEST_MATTER
            and not (_is_wish(clause) or BARE.fullmatch(clause) or PLEA.search(clause))
            and not _parse(clause)
        )
        for clause in _clauses(message)
    )


def strip_courtesy(message: str) -> str:
    """The message without greeting, 请问 and thanks around it; unchanged when nothing is left."""
    inner = COURTESY_BEFORE.sub("", message, count=1)
    inner = COURTESY_AFTER.sub("", inner, count=1).strip()
    return inner if NOT_A_WORD.sub("", inner) else message


def is_lead_in(message: str) -> bool:
    """Whether nothing is left behind greeting and 请问 (请问一下哈)."""
    return not NOT_A_WORD.sub("", FILLER.sub("", COURTESY_BEFORE.sub("", message, count=1)))


def _clauses(message: str) -> list[str]:
    """Without what is no word, and with what typing lost."""
    parts = (_spelt(NOT_A_WORD.sub("", part)) for part in CLAUSE_END.split(message))
    return [part for part in parts if part]


def _is_wish(clause: str) -> bool:
    return len(clause) <= _LONGEST and WISH.fullmatch(clause) is not None


def _spelt(clause: str) -> str:
    for wrong, right in LOST_IN_TYPING:
        clause = wrong.sub(right, clause)
    return clause


def _wordless(message: str) -> SmallTalk:
    signs = re.sub(r"[\s\x00-\x7f\u2000-\u206f\u3000-\u303f\uff00-\uffef]", "", message)
    return "laughter" if signs else "noise"


def _parse(words: str) -> set[SmallTalk]:
    """The kinds of the phrases that the words are made of; empty when anything else is there."""
    kinds: set[SmallTalk] = set()
    at = 0
    while at < len(words):
        best, best_kind = 0, None
        for kind, pattern in PHRASES.items():
            match = pattern.match(words, at)
            if match and match.end() - at > best:
                best, best_kind = match.end() - at, kind
        filler = FILLER.match(words, at)
        if filler and filler.end() - at > best:
            best, best_kind = filler.end() - at, None
        if not best:
            return set()
        if best_kind is not None:
            kinds.add(best_kind)
        at += best
    return kinds

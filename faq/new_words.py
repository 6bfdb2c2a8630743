"""Words that questions use and the library does not know: for the dictionary, and as synonyms.

Pure: questions and passages in, findings out. A word of the dictionary is looked for as new-word
discovery does it: a string that recurs, whose parts attract each other (pointwise mutual
information) and whose neighbours vary on both sides (entropy).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from faq.observations import Meaning
from faq.proposals import Finding
from faq.words import Words
from retrieval.passages import Passage
from retrieval.segment import Segmenter, normalise

_LEAST_ASKERS = 5  # for a dictionary word
_LEAST_QUESTIONS = 3  # for a synonym
_LENGTHS = range(2, 8)  # characters of a dictionary word
_COHESION = 3.0  # times as often together as chance would have it, in powers of e
_VARIETY = 1.5  # entropy of the neighbours on the poorer side, in bits
_WHOLE = 0.8  # a string that occurs this often within a longer one is a piece of that
_HELD = 0.2  # of an entry's phrasings hold the standard word: real phrasings differ much
_AGREED = 0.8  # of the questions with the new word are for entries that hold the standard word
_EVERYDAY = 20_000  # in the dictionary's count of general Chinese: 现在, 需要, 可以 …
_EXAMPLES = 5
_JOINT = "的"  # joins words and stands within none of the field
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_EDGES = frozenset(
    "了吗呢吧啊呀哦么和与或及也都还就才又再很太把被给让对向从在是有没不要能会可想请问"
    "我你您他她它们这那哪谁怎什几多少个些上下里后前中"
)  # no word of the field begins or ends with these


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as somebody asked it, without personal data."""

    text: str
    conversation_id: str
    at: int


def find_words(questions: Sequence[Asked], segmenter: Segmenter) -> list[Finding]:
    """Strings that recur in the questions of several askers and are cut to pieces."""
    runs = [
        (asked.conversation_id, run)
        for asked in questions
        for run in _HAN.findall(normalise(asked.text))
    ]
    askers, count = _count(runs)
    total = sum(len(run) for _, run in runs) or 1
    likely = {
        gram
        for gram, who in askers.items()
        if len(who) >= _LEAST_ASKERS
        and gram[0] not in _EDGES
        and gram[-1] not in _EDGES
        and _JOINT not in gram
        and _cohesion(gram, count, total) >= _COHESION
        and gram not in segmenter.words(gram)
    }
    # A message that many send alike is no word: it has no neighbours but its own ends.
    varied = {
        gram
        for gram, variety in _variety(dict.fromkeys(run for _, run in runs), likely).items()
        if variety >= _VARIETY
    }
    whole = sorted(gram for gram in varied if not _is_piece(gram, varied, count))
    return [_word_finding(gram, questions, askers[gram]) for gram in whole]


def _count(runs: Sequence[tuple[str, str]]) -> tuple[dict[str, set[str]], Counter[str]]:
    """Of each string who asked it, and how often it occurs; single characters are counted too."""
    askers: dict[str, set[str]] = defaultdict(set)
    count: Counter[str] = Counter()
    for asker, run in runs:
        count.update(run)
        for length in _LENGTHS:
            for at in range(len(run) - length + 1):
                gram = run[at : at + length]
                count[gram] += 1
                askers[gram].add(asker)
    return askers, count


def _variety(runs: Iterable[str], grams: set[str]) -> dict[str, float]:
    """Of each string the entropy, in bits, of its neighbours on the poorer side; an end of a run
    is a neighbour of its own. `runs` are different ones."""
    left: dict[str, Counter[str]] = defaultdict(Counter)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    for number, run in enumerate(runs):
        for length in _LENGTHS:
            for at in range(len(run) - length + 1):
                gram = run[at : at + length]
                if gram in grams:
                    left[gram][run[at - 1] if at else str(number)] += 1
                    right[gram][run[at + length : at + length + 1] or str(number)] += 1
    return {gram: min(_entropy(left[gram]), _entropy(right[gram])) for gram in grams}


def _cohesion(gram: str, count: Counter[str], total: int) -> float:
    """How much more often the string occurs than its likeliest two halves would by chance: the
    least over all cuts of ln(p(ab) / (p(a) p(b)))."""
    share = count[gram] / total
    return min(
        math.log(share / (count[gram[:at]] / total * count[gram[at:]] / total))
        for at in range(1, len(gram))
    )


def _entropy(neighbours: Counter[str]) -> float:
    total = sum(neighbours.values())
    return -sum(n / total * math.log2(n / total) for n in neighbours.values())


def _is_piece(gram: str, found: Iterable[str], count: Counter[str]) -> bool:
    """Whether it hardly occurs but within a longer string that was found too."""
    return any(
        gram != other and gram in other and count[other] >= _WHOLE * count[gram] for other in found
    )


def _word_finding(gram: str, questions: Sequence[Asked], askers: set[str]) -> Finding:
    texts = [asked for asked in questions if gram in normalise(asked.text)]
    evidence = {
        "examples": [
            {"question": asked.text, "conversation_id": asked.conversation_id, "at": asked.at}
            for asked in texts[-_EXAMPLES:]
        ]
    }
    first, last = min(each.at for each in texts), max(each.at for each in texts)
    return Finding("word", "", gram, gram, len(askers), first, last, evidence)


def find_synonyms(
    meanings: Sequence[Meaning],
    entries: Sequence[Passage],
    segmenter: Segmenter,
    known: Words,
    is_place: Callable[[str], bool],
    now: int,
) -> list[Finding]:
    """Words that no phrasing has, in several questions for entries whose phrasings have another
    word in common, which those questions lack: the one is probably said for the other.

    `known` are the curators' words: what is said for a standard word counts as that word. A place
    is neither a synonym nor a standard word. Of the words that an entry's phrasings have in common
    the one that tells it best from the others counts: the share of its phrasings with the word,
    plus 1 for one of the standard question, times ln(entries / entries that have it in common).
    """
    written = normalise("\n".join(text for entry in entries for text in entry.questions))
    words, synonyms = set(known[0]), known[1]
    held = {entry.id: _held_words(entry, segmenter, synonyms) for entry in entries}
    common = Counter(word for words in held.values() for word in words)
    pairs: dict[str, dict[str, list[Meaning]]] = defaultdict(lambda: defaultdict(list))
    telling: defaultdict[tuple[str, str], float] = defaultdict(float)
    seen: Counter[str] = Counter()
    for meaning in meanings:
        shares = held.get(meaning.passage_id or "", {})
        asked = normalise(meaning.question)
        said = {synonyms.get(word, word) for word in segmenter.words(asked)}
        standards = [each for each in shares if each not in said and not is_place(each)]
        for word in _new_words(asked, written, segmenter) - words:
            if is_place(word):
                continue
            seen[word] += 1
            for standard in standards:
                pairs[word][standard].append(meaning)
                rarity = math.log(len(entries) / common[standard])
                telling[word, standard] += shares[standard] * rarity
    found = []
    for word, standards_of in pairs.items():
        enough = [
            standard
            for standard, supporting in standards_of.items()
            if len(supporting) >= max(_LEAST_QUESTIONS, _AGREED * seen[word])
        ]
        if enough:
            best = max(enough, key=lambda each: (telling[word, each], each))
            found.append(_synonym_finding(word, best, standards_of[best], now))
    return found


def _held_words(
    entry: Passage, segmenter: Segmenter, synonyms: Mapping[str, str]
) -> dict[str, float]:
    """Words that many phrasings of an entry have in common, with the share that has them; the
    official words, those of the standard question, get 1 more."""
    official = {synonyms.get(word, word) for word in segmenter.words(entry.questions[0])}
    counts = Counter(
        word
        for text in entry.questions
        for word in {synonyms.get(word, word) for word in segmenter.words(text)}
    )
    least = max(2, _HELD * len(entry.questions))
    return {
        word: count / len(entry.questions) + (word in official)
        for word, count in counts.items()
        if count >= least and _is_word(word) and segmenter.frequency(word) < _EVERYDAY
    }


def _new_words(question: str, written: str, segmenter: Segmenter) -> set[str]:
    words = {word for word in segmenter.words(question) if _is_word(word)}
    return {word for word in words if word not in written and segmenter.frequency(word) < _EVERYDAY}


def _is_word(word: str) -> bool:
    return len(word) > 1 and _HAN.fullmatch(word) is not None


def _synonym_finding(word: str, standard: str, supporting: list[Meaning], now: int) -> Finding:
    evidence = {"examples": [{"question": each.question} for each in supporting[:_EXAMPLES]]}
    return Finding("synonym", standard, word, word, len(supporting), now, now, evidence)

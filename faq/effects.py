"""What a proposal would change, seen before it is accepted. Pure computing, for a worker thread."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from faq.entries import passage_id
from faq.golden import Change, Outcome, ask_all, compare, count_verdicts, label_question
from faq.live_library import LiveLibrary
from faq.refitting import Golden
from faq.words import WordChange, Words
from retrieval.decide import Hit
from retrieval.labels import Label
from retrieval.library import Library
from retrieval.passages import Scope
from retrieval.segment import Recut, find_recuts, normalise

_NEAREST = 3
_TRIED = 60  # real questions, at most, that a word is tried on
_SHOWN = 8  # of those that it moves most
_SHIFT = 0.01  # of confidence; less than that is nothing to look at


@dataclass(frozen=True, slots=True)
class Asking:
    """What becomes of one question, before and after."""

    question: str
    before: Outcome
    after: Outcome

    @property
    def differs(self) -> bool:
        """Whether it is answered otherwise, or what is offered first is another."""
        before, after = self.before, self.after
        if before.action == after.action == "handoff":
            return False
        return (before.action, before.passage_id) != (after.action, after.passage_id)

    @property
    def shift(self) -> float:
        """By how much the confidence changes; 1 when the question is treated otherwise."""
        return 1.0 if self.differs else abs(self.after.confidence - self.before.confidence)


@dataclass(frozen=True, slots=True)
class Effect:
    """`nearest`: other passages that are near to a similar question; `recuts`: the real questions
    and the library's phrasings that would be cut otherwise; `asked`: what becomes of the questions
    that led to the proposal, and of those of `tried` many real ones that a word moves; `changes`:
    of the golden questions, `golden` many."""

    asked: list[Asking]
    changes: list[Change]
    golden: dict[str, int]
    nearest: list[Hit] = field(default_factory=list)
    recuts: list[Recut] = field(default_factory=list)
    is_word: bool = False
    tried: int = 0


class Effects:
    """Computes effects; remembers how the golden questions stand until the library changes."""

    def __init__(self, live: LiveLibrary) -> None:
        self._live = live
        self._known: tuple[object, list[Outcome]] = (None, [])

    def of_similar(self, entry_id: str, text: str, golden: Golden, today: str) -> Effect:
        """What the entry's further phrasing would change."""
        library, target = self._live.library, passage_id(entry_id)
        passage = self._live.get(target)
        if passage is None:
            return Effect([], [], {})
        other = library.trial([replace(passage, questions=(*passage.questions, text))])
        hits = library.search(text, Scope(today), _NEAREST + 1)
        nearest = [hit for hit in hits if hit.passage.id != target][:_NEAREST]
        return replace(self._compared(other, [text], golden, today), nearest=nearest)

    def of_word(
        self,
        change: WordChange,
        words: Words,
        examples: Sequence[str],
        questions: Sequence[str],
        golden: Golden,
        today: str,
    ) -> Effect:
        """What a word that comes or goes would change; `words` is all that is known after it.
        `examples` are shown in any case, of the real `questions`, the latest first, those that it
        changes. Builds a library of its own, so it takes seconds."""
        wanted = [normalise(each) for each in (change.word, change.standard) if each]
        real = [each for each in dict.fromkeys(questions) if _holds_any(each, wanted)]
        phrasings = (each for passage in self._live.passages() for each in passage.questions)
        written = [each for each in phrasings if _holds_any(each, wanted)]
        other, segmenter = self._live.with_words(words)
        recuts = find_recuts(self._live.segmenter, segmenter, dict.fromkeys([*real, *written]))
        led = list(dict.fromkeys(examples))
        tried = [each for each in real if each not in led][:_TRIED]
        effect = self._compared(other, [*led, *tried], golden, today)
        moved = [each for each in effect.asked[len(led) :] if each.shift >= _SHIFT]
        moved.sort(key=lambda each: (not each.differs, -each.shift))
        shown = [*effect.asked[: len(led)], *moved[:_SHOWN]]
        return replace(effect, asked=shown, recuts=recuts, is_word=True, tried=len(tried))

    def _compared(
        self, other: Library, questions: Sequence[str], golden: Golden, today: str
    ) -> Effect:
        library, labels = self._live.library, golden.measured
        standing = self._standing(labels, today)
        asked = [label_question(text, self._live.gazetteer) for text in questions]
        pairs = zip(
            asked, ask_all(library, asked, today), ask_all(other, asked, today), strict=True
        )
        return Effect(
            [Asking(label.text, before, after) for label, before, after in pairs],
            compare(labels, standing, ask_all(other, labels, today)),
            count_verdicts(standing),
        )

    def _standing(self, labels: Sequence[Label], today: str) -> list[Outcome]:
        key = (self._live.version, today, tuple(labels))
        if self._known[0] != key:
            self._known = (key, ask_all(self._live.library, labels, today))
        return self._known[1]


def _holds_any(text: str, words: Sequence[str]) -> bool:
    normal = normalise(text)
    return any(word in normal for word in words)

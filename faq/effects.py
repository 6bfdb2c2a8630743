"""What a proposal would change, seen before it is accepted. Pure computing, for a worker thread."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from faq.entries import passage_id
from faq.golden import Change, Outcome, ask_all, compare, count_verdicts
from faq.live_library import LiveLibrary
from faq.proposals import Proposal
from faq.refitting import Golden
from retrieval.decide import Hit
from retrieval.labels import Label
from retrieval.library import Library
from retrieval.passages import Scope
from retrieval.segment import Recut

_NEAREST = 3
_SHOWN_RECUTS = 6


@dataclass(frozen=True, slots=True)
class Asking:
    """What becomes of one question, before and after."""

    question: str
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Effect:
    """`nearest`: other passages that are near to a similar question; `recuts`: how real questions
    would be cut; `asked`: what becomes of the questions that led to the proposal; `changes`: of
    the golden questions, `golden` many."""

    asked: list[Asking]
    changes: list[Change]
    golden: dict[str, int]
    nearest: list[Hit] = field(default_factory=list)
    recuts: list[Recut] = field(default_factory=list)


class Effects:
    """Computes effects; remembers how the golden questions stand until the library changes."""

    def __init__(self, live: LiveLibrary) -> None:
        self._live = live
        self._known: tuple[object, list[Outcome]] = (None, [])

    def of_similar(self, proposal: Proposal, text: str, golden: Golden, today: str) -> Effect:
        """What the entry's further phrasing would change."""
        library, target = self._live.library, passage_id(proposal.target)
        passage = self._live.get(target)
        if passage is None:
            return Effect([], [], {})
        other = library.trial([replace(passage, questions=(*passage.questions, text))])
        hits = library.search(text, Scope(today), _NEAREST + 1)
        nearest = [hit for hit in hits if hit.passage.id != target][:_NEAREST]
        return replace(self._compared(other, [text], golden, today), nearest=nearest)

    def of_word(
        self,
        proposal: Proposal,
        text: str,
        questions: Sequence[str],
        golden: Golden,
        today: str,
    ) -> Effect:
        """What a word of the field, or a synonym for a standard word, would change; `questions`
        are real ones. Builds a library of its own, so it takes seconds."""
        other = self._live.with_word(text, proposal.target)
        new = [each for each in (text, proposal.target) if each]
        recuts = self._live.segmenter.preview(new, dict.fromkeys(questions))
        examples = [str(each["question"]) for each in proposal.evidence.get("examples", ())]
        effect = self._compared(other, examples, golden, today)
        return replace(effect, recuts=recuts[:_SHOWN_RECUTS])

    def _compared(
        self, other: Library, questions: Sequence[str], golden: Golden, today: str
    ) -> Effect:
        library, labels = self._live.library, golden.measured
        standing = self._standing(labels, today)
        asked = [Label(text, None) for text in dict.fromkeys(questions)]
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

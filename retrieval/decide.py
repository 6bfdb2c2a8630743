"""From ranked candidates to answer, clarify or hand over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Literal, NamedTuple

from retrieval.passages import Kind, Passage, Scope

MOST_SHOWN, USUALLY_SHOWN = 5, 3
_TOLD = 0.5  # likelier than not: only then the asker is told what a known gap says
_KNOWN_GAP = 2.0  # so many times surer than the best answer, a known gap is handed over at once
_RIVAL = 0.25  # a candidate this near to the first one (as a ratio of confidences) is its rival
_NO_FEATURES: Mapping[str, float] = MappingProxyType({})


class Hit(NamedTuple):  # quickly made: a decision has eighty
    """A passage found for a question."""

    passage: Passage
    score: float  # of the first ranking; comparable within one question only
    confidence: float  # calibrated probability that it is what was asked for
    matched: tuple[str, ...] = ()  # words of the question that stand in it
    missing: tuple[str, ...] = ()  # words of the question that do not
    features: Mapping[str, float] = _NO_FEATURES


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which confidence on an answer is given, and from which sum of confidences on candidates
    are offered."""

    answer: float
    offer: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a question, and why."""

    action: Literal["answer", "clarify", "handoff"]
    hits: tuple[Hit, ...] = ()  # best first
    confidence: float = 0.0  # of the first hit
    shown: tuple[Hit, ...] = ()  # what a clarifying reply offers
    places: tuple[str, ...] = ()  # to choose from when the answer depends on a place nobody named
    text: str = ""  # the whole standard answer, what of a clause answers, or what a likely gap says
    threshold: float = 1.0  # the confidence that an answer would have needed

    @property
    def nearness(self) -> int:
        """To an answer: 0 handed over, 1 asked back, 2 answered."""
        return ("handoff", "clarify", "answer").index(self.action)

    @property
    def is_settled(self) -> bool:
        """Answered, or to be asked for the place, or known to have no answer."""
        return self.action == "answer" or bool(self.places or self.text)


def decide(hits: Sequence[Hit], thresholds: Mapping[Kind, Thresholds], scope: Scope) -> Decision:
    """Chooses among hits of both kinds, which are each in the order of their confidence."""
    if not hits:
        return Decision("handoff")
    entries = _joined([hit for hit in hits if hit.passage.kind == "entry"], scope)
    clauses = [hit for hit in hits if hit.passage.kind == "clause"]
    ordered = tuple(sorted([*entries, *clauses], key=lambda hit: -hit.confidence))
    if entries and entries[0].passage.hands_over and _is_known_gap(entries):
        gap = entries[0]
        first = (gap, *(hit for hit in ordered if hit is not gap))
        told = gap.passage.text if gap.confidence >= _TOLD else ""
        return Decision("handoff", first, gap.confidence, text=told)
    # What people approved as an answer goes before what only stands in a document.
    for own in (entries, clauses):
        if not own or _is_near_gap(entries, own):
            continue
        threshold = thresholds[own[0].passage.kind].answer
        places = _places(own, scope)
        sure = sum(hit.confidence for hit in _rivals(own)) if places else own[0].confidence
        if sure >= threshold:
            first = (own[0], *(hit for hit in ordered if hit is not own[0]))
            if places:
                return Decision("clarify", first, own[0].confidence, _shown(own), places)
            return Decision("answer", first, own[0].confidence, threshold=threshold)
    answers = ([hit for hit in own if not hit.passage.hands_over] for own in (entries, clauses))
    offered = [
        hit
        for own in answers
        if own and sum(hit.confidence for hit in own) >= thresholds[own[0].passage.kind].offer
        for hit in _shown(own)
    ]
    threshold = thresholds[ordered[0].passage.kind].answer
    action: Literal["clarify", "handoff"] = "clarify" if offered else "handoff"
    shown = sorted(offered, key=lambda hit: -hit.confidence)[:MOST_SHOWN]
    return Decision(action, ordered, ordered[0].confidence, tuple(shown), threshold=threshold)


def _joined(entries: Sequence[Hit], scope: Scope) -> list[Hit]:
    """When the place is known, the entry of that place takes over the confidence of one that
    gathers several places and says the same from the same clause: the two are no rivals."""
    found = list(entries)
    if scope.regions is None or len(found) < 2:
        return found
    one, other = found[:2]
    gathers = [hit for hit in (one, other) if len(hit.passage.regions) > 1]
    if len(gathers) != 1 or not one.passage.cites & other.passage.cites:
        return found
    own = other if gathers[0] is one else one
    together = own._replace(confidence=min(one.confidence + other.confidence, 1.0))
    return [together, *found[2:]]


def _is_near_gap(entries: Sequence[Hit], own: Sequence[Hit]) -> bool:
    """Whether a known gap may be meant: what is nearest to one is not answered, whatever a clause
    may say, nor by an entry that gaps rival."""
    if not entries:
        return False
    if own is not entries:
        return entries[0].passage.hands_over
    gaps = sum(hit.confidence for hit in entries if hit.passage.hands_over)
    return gaps >= _RIVAL * entries[0].confidence


def _is_known_gap(entries: Sequence[Hit]) -> bool:
    """Whether the question is surely that gap: more so than anything that could be offered."""
    rest = max((hit.confidence for hit in entries if not hit.passage.hands_over), default=0.0)
    return entries[0].confidence >= _KNOWN_GAP * rest


def _rivals(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.confidence >= _RIVAL * hits[0].confidence]


def _places(hits: Sequence[Hit], scope: Scope) -> tuple[str, ...]:
    """The places among which the asker must choose, those of the best hits first: near rivals are
    the rules of different ones. A further place can be typed."""
    if scope.regions is not None:
        return ()
    rivals = [
        hit.passage.regions
        for hit in _rivals(hits)
        if hit.passage.regions and not hit.passage.hands_over
    ]
    if len(rivals) < 2 or set.intersection(*map(set, rivals)):
        return ()
    return tuple(dict.fromkeys(chain.from_iterable(rivals)))[:MOST_SHOWN]


def _shown(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The usual three; fewer or more when the confidences say so."""
    return tuple(hits[:USUALLY_SHOWN])

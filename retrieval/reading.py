"""One message that can be read in several ways: as typed, with what it leaves out taken from what
was said before, with its slips put right. The first way that is understood is the one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from retrieval.decide import Decision

_ACTIONS = ("handoff", "clarify", "answer")


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read a message."""

    text: str
    prior: float = 1.0  # how likely it takes up what was said before in this way
    trust: float = 1.0  # how far its repairs are to be trusted


def decide_among(
    readings: Iterable[Reading], decide: Callable[[str], Decision]
) -> tuple[Reading, Decision] | None:
    """The first reading that is answered, or that only leaves the place open; else the one nearest
    to an answer, with the surest hit. None when none is left.

    A repaired question is answered only when the answer would be sure enough even if the repair
    were as doubtful as it looks.
    """
    best: tuple[tuple[int, float], Reading, Decision] | None = None
    for reading in readings:
        decision = decide(reading.text)
        sure = decision.confidence * reading.trust
        if decision.action == "answer" and sure < decision.threshold:
            continue
        rank = (_ACTIONS.index(decision.action), sure * reading.prior)
        if best is None or rank > best[0]:
            best = (rank, reading, decision)
        if decision.action == "answer" or decision.places:
            break
    return best[1:] if best else None

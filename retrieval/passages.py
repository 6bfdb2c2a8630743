"""What can be found, and for whom."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["entry", "clause"]
ROOT = "100000"  # 全国
KINDS: tuple[Kind, ...] = ("entry", "clause")


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks, as far as it limits what may answer.

    `today` is an ISO date. `regions` holds the asker's place with all that lies above it up to the
    root; None means that the place is not known, and then nothing is ruled out by its place.
    """

    today: str
    regions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What can be found: an entry of the FAQ library or a clause of a policy document."""

    id: str  # opaque, e.g. "entry:ab12" or "clause:cd34"
    kind: Kind
    questions: tuple[str, ...] = ()  # entry: standard question first, then the similar questions
    text: str = ""  # entry: standard answer; clause: its text
    title: str = ""  # clause: document title and the headings above it
    group: str = ""  # clause: document id
    regions: tuple[str, ...] = ()  # where it is a rule; () = everywhere
    effective_from: str | None = None  # ISO date, inclusive
    expires_on: str | None = None  # ISO date, exclusive
    hands_over: bool = False  # entry: a known gap; who asks this is handed to people
    cites: frozenset[str] = frozenset()  # entry: names of the clauses that it is taken from

    @property
    def limited(self) -> bool:
        """Whether it is not for every place and every day."""
        return bool(self.regions or self.effective_from or self.expires_on)

    def serves(self, scope: Scope) -> bool:
        """Whether it is in force today and a rule where the asker is."""
        if self.effective_from is not None and scope.today < self.effective_from:
            return False
        if self.expires_on is not None and scope.today >= self.expires_on:
            return False
        return self.applies_in(scope.regions)

    def applies_in(self, regions: frozenset[str] | None) -> bool:
        """Whether it is a rule in one of the regions, which are a place with all above it; True
        when they are not known. What gathers the rules of several places is for these alone: of
        another one it would tell mostly what is not so there."""
        if regions is None or not self.regions:
            return True
        if len(self.regions) > 1:
            return _lowest(regions) in self.regions
        return self.regions[0] in regions


def _lowest(regions: frozenset[str]) -> str:
    """The code of the place itself, or of the county it is a part of."""
    return max(regions, key=lambda code: len(code[:6].rstrip("0")))[:6]


def lineage(code: str) -> tuple[str, ...]:
    """A region and what lies above it, as the digits of its code (GB/T 2260) tell."""
    return code, code[:6], f"{code[:4]}00", f"{code[:2]}0000", ROOT

"""Questions that people have labelled with what should become of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from retrieval.passages import Passage
from retrieval.segment import normalise

NEAR = frozenset({"near_miss", "jurisdiction"})


@dataclass(frozen=True, slots=True)
class Label:
    """A question of which somebody has said what it means."""

    text: str
    passage_id: str | None  # what answers it; None when nothing does and it must be handed over
    others: frozenset[str] = frozenset()  # what answers it as well
    regions: frozenset[str] | None = None  # the asker's place, as in Scope
    near: bool = True  # without answer: it is near to what there is

    @property
    def right(self) -> frozenset[str]:
        return self.others if self.passage_id is None else self.others | {self.passage_id}


def read_labels(
    rows: Iterable[Mapping[str, Any]],
    passages: Iterable[Passage],
    regions_of: Callable[[str, str], frozenset[str] | None],
) -> list[Label]:
    """Rows of a file of labelled questions: `text`, `expect`, `kind`, `facts` (groups of wordings,
    one of each must be told), `forbidden`, `entry` (what answers) and `region`. Questions that
    several turns lead up to, that must merely be safe, or whose answer no passage holds, are left
    out; so are wishes for a person, which are heard before anything is searched. `regions_of`
    finds the asker's place from a question and the region it was labelled with."""
    passages = list(passages)
    told = flat_texts(passages)
    found = []
    for row in rows:
        if "text" not in row or row["expect"] not in ("answer", "handoff"):
            continue
        if row.get("kind") == "human_request":
            continue
        right = find_telling(row, told) or find_named(row.get("entry", ""), passages)
        place = regions_of(row["text"], row.get("region", ""))
        if row["expect"] == "handoff":
            near = row.get("kind") in NEAR
            found.append(Label(row["text"], None, regions=place, near=near))
        elif right:
            found.append(Label(row["text"], right[0], frozenset(right), place))
    return found


def flat_texts(passages: Iterable[Passage]) -> list[tuple[str, str]]:
    """Ids and texts of passages in the form that `find_telling` looks into."""
    return [(passage.id, flat(passage.text)) for passage in passages]


def find_telling(row: Mapping[str, Any], told: Iterable[tuple[str, str]]) -> list[str]:
    """The passages that tell all `facts` of a row and nothing that is `forbidden`."""
    return [name for name, text in told if _tells(text, row)]


def find_named(entry: str, passages: Iterable[Passage]) -> list[str]:
    """The passages that a label names, by id (with or without its kind) or standard question."""
    wanted = flat(entry).rstrip("?")
    if not wanted:
        return []
    return [
        passage.id
        for passage in passages
        if entry in (passage.id, passage.id.partition(":")[2])
        or any(flat(each).rstrip("?") == wanted for each in passage.questions[:1])
    ]


def _tells(text: str, row: Mapping[str, Any]) -> bool:
    facts = [[flat(wording) for wording in group] for group in row.get("facts", [])]
    clean = not any(flat(wording) in text for wording in row.get("forbidden", []))
    return bool(facts) and clean and all(any(w in text for w in group) for group in facts)


def flat(text: str) -> str:
    """Normal form without blanks, in which wordings are looked for."""
    return "".join(normalise(text).split())

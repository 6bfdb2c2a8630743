"""What people have said a question means, read from transcripts: labelled data, one row each."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from faq.entries import phrasing_key
from storage import Row, Transaction

Kind = Literal["chose", "manager", "thanked", "none_fits", "unsolved"]
WEIGHTS: dict[Kind, float] = {
    "chose": 1.0,  # the asker chose this among the offered questions
    "manager": 2.0,  # a manager, who knows better, answered it with this standard answer
    "thanked": 0.25,  # the asker thanked for the answer
    "none_fits": -1.0,  # it was offered, and the asker said that none fits
    "unsolved": -1.0,  # it was the answer, and the asker said that it does not help
}
KIND_NAMES: dict[Kind, str] = {
    "chose": "咨询人在候选里选了它",
    "manager": "项目管家用它答复",
    "thanked": "答后道谢",
    "none_fits": "看到它，选了“都不是”",
    "unsolved": "答后说没解决",
}
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Observation:
    """One label. `question` is the message as it was read, without personal data; `passage_id` is
    what the label is about; `region` the code of the asker's place then; `at` epoch ms."""

    message_id: str
    passage_id: str
    kind: Kind
    question: str
    region: str | None
    conversation_id: str
    ticket_id: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a question meaning a passage. `weight` and `counts` go by conversations, so
    that one asker who repeats himself counts once."""

    passage_id: str
    weight: float
    askers: int
    counts: dict[str, int]
    examples: tuple[dict[str, object], ...]
    first_seen: int
    last_seen: int


def keep_observations(tx: Transaction, found: Iterable[Observation]) -> set[str]:
    """Store them; those that are there already are left alone. The keys of what is new."""
    new = set()
    for each in found:
        key = phrasing_key(each.question)
        kept = tx.value(
            "INSERT INTO observation (message_id, passage_id, kind, question, key, region,"
            " conversation_id, ticket_id, at) VALUES (:message_id, :passage_id, :kind, :question,"
            " :key, :region, :conversation_id, :ticket_id, :at)"
            " ON CONFLICT (message_id, passage_id) DO NOTHING RETURNING message_id",
            key=key,
            **{name: getattr(each, name) for name in Observation.__slots__},
        )
        if kept is not None:
            new.add(key)
    return new


def weigh_question(tx: Transaction, key: str) -> list[Evidence]:
    """What a question has been said to mean, by its phrasing key, the likeliest first."""
    rows = tx.all("SELECT * FROM observation WHERE key = :key ORDER BY at", key=key)
    passages = dict.fromkeys(row["passage_id"] for row in rows)
    found = [
        _evidence(passage, [row for row in rows if row["passage_id"] == passage])
        for passage in passages
    ]
    return sorted(found, key=lambda each: -each.weight)


def _evidence(passage_id: str, rows: list[Row]) -> Evidence:
    said = {(row["conversation_id"], row["kind"]): row for row in rows}
    counts: Counter[str] = Counter(kind for _, kind in said)
    for_it = [row for row in said.values() if WEIGHTS[row["kind"]] > 0]
    return Evidence(
        passage_id,
        sum(WEIGHTS[row["kind"]] for row in said.values()),
        len({row["conversation_id"] for row in for_it}),
        dict(counts),
        tuple(_example(row) for row in for_it[-_EXAMPLES:]),
        min(row["at"] for row in rows),
        max(row["at"] for row in rows),
    )


def _example(row: Row) -> dict[str, object]:
    return {name: row[name] for name in ("question", "kind", "conversation_id", "ticket_id", "at")}


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question that people agree on: it means this passage, or (None) nothing offered fits."""

    question: str
    passage_id: str | None
    region: str | None


def load_meanings(tx: Transaction, most: int = 3000) -> list[Meaning]:
    """The latest questions with a label that is not contradicted, each once."""
    rows = tx.all(
        "SELECT key, passage_id, kind, question, region, conversation_id FROM observation"
        " ORDER BY at DESC LIMIT :most",
        most=most,
    )
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["key"], []).append(row)
    return [meaning for group in grouped.values() if (meaning := _agreed(group)) is not None]


def _agreed(rows: list[Row]) -> Meaning | None:
    weights: defaultdict[str, float] = defaultdict(float)
    for passage, kind, _ in {(r["passage_id"], r["kind"], r["conversation_id"]) for r in rows}:
        weights[passage] += WEIGHTS[kind]
    sure = [passage for passage, weight in weights.items() if weight >= 1]
    question, region = rows[0]["question"], rows[0]["region"]
    if len(sure) == 1:
        return Meaning(question, sure[0], region)
    refused = not sure and all(weight < 0 for weight in weights.values())
    return Meaning(question, None, region) if refused else None


def count_labels(tx: Transaction, since: int) -> int:
    """How many questions have got a label after a moment."""
    return int(
        tx.value("SELECT count(DISTINCT key) FROM observation WHERE at > :since", since=since)
    )


def load_answers(tx: Transaction, shortest: int, longest: int) -> list[Row]:
    """Published standard answers of about that length: id, standard_answer."""
    return tx.all(
        "SELECT id, standard_answer FROM entry WHERE status = 'published' AND hands_over = 0"
        " AND length(standard_answer) BETWEEN :shortest AND :longest",
        shortest=shortest,
        longest=longest,
    )


def load_mark(tx: Transaction, name: str) -> int:
    """How far something has been read; 0 at first."""
    return int(tx.value("SELECT value FROM learning_mark WHERE name = :name", name=name) or 0)


def keep_mark(tx: Transaction, name: str, value: int) -> None:
    tx.execute(
        "INSERT INTO learning_mark (name, value) VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = :value",
        name=name,
        value=value,
    )

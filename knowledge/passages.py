"""The clauses of a document as the index holds them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Protocol

from retrieval.passages import Passage
from storage import Row

_HEAD = "文头"  # title lines and marks above a document say nothing that is asked for
_SHORT_ITEM = 80
_LONGEST_LIST = 700
_PLAIN = frozenset({"前言", "通知", "附注"})


class _InForce(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def starts_on(self) -> str | None: ...
    @property
    def expires_on(self) -> str | None: ...


def passage_id(clause_id: str) -> str:
    return f"clause:{clause_id}"


def make_passages(document: _InForce, clauses: Sequence[Row]) -> list[Passage]:
    """The passages of a document from its rows of `clause` in order.

    A list of short items is one passage with its lead-in, so that an item is found by what the
    lead-in says of all; longer sub-clauses are passages of their own, and the clause above them
    lists their headings. The title holds the document's title and all headings down to the clause.
    """
    children: defaultdict[str | None, list[Row]] = defaultdict(list)
    for row in clauses:
        children[row["parent_id"]].append(row)

    def below(parent: str | None, title: str) -> Iterator[Passage]:
        for row in children[parent]:
            if row["label"] == _HEAD:
                continue
            named = f"{title} {_name(row)}"
            items = _short_items(row, children)
            if text := _text(row, items, children[row["id"]]):
                yield Passage(
                    id=passage_id(row["id"]),
                    kind="clause",
                    text=text,
                    title=named,
                    group=document.id,
                    regions=(document.region,),
                    effective_from=document.starts_on,
                    expires_on=document.expires_on,
                )
            if not items:
                yield from below(row["id"], named)

    return list(below(None, document.title))


def _name(row: Row) -> str:
    """The label and heading of a clause; without a heading the words it begins with."""
    if row["heading"]:
        return (
            str(row["heading"]) if row["label"] == row["heading"] else row["label"] + row["heading"]
        )
    start = re.split(r"[，。；：,;:\n]", row["text"], maxsplit=1)[0][:20]
    return str(row["label"]) if row["label"] in _PLAIN else f"{row['label']}{start}"


def _short_items(row: Row, children: dict[str | None, list[Row]]) -> list[Row]:
    """The sub-clauses when all are short and have none below; [] otherwise."""
    items = children.get(row["id"], [])
    short = all(len(item["text"]) <= _SHORT_ITEM and item["id"] not in children for item in items)
    whole = len(row["text"]) + sum(len(item["text"]) for item in items) <= _LONGEST_LIST
    return items if short and whole else []


def _text(row: Row, items: Sequence[Row], below: Sequence[Row]) -> str:
    if not items and not any(child["heading"] for child in below):
        # Steps without headings: all of them are the answer to how it goes.
        length = sum(len(child["text"]) for child in below)
        items = below if length <= _LONGEST_LIST else []
    outline = [_outlined(child) for child in below if child["heading"]]
    listed = [_item(item) for item in items] or outline
    if row["text"] == row["heading"] and not listed:
        return ""  # a heading alone; its words stand in the titles below
    return "\n".join([row["text"], *listed])


def _outlined(row: Row) -> str:
    return str(row["heading"] if row["label"] == row["heading"] else row["label"] + row["heading"])


def _item(row: Row) -> str:
    """A sub-clause with its label, where the label is not one that the parser has added."""
    added = row["label"] == row["heading"] or re.fullmatch(r"第\w+[款段]", row["label"])
    return str(row["text"]) if added else f"{row['label']}{row['text']}"

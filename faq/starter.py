"""What a fresh install knows: the files under knowledge/starter/, which a curator can read."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import knowledge
from faq.calibration import read_file, save_calibrations
from faq.entries import Content, Source
from faq.publishing import add_entry, publish_entry
from faq.words import add_word
from retrieval.places import Gazetteer
from storage import Transaction

FOLDER = Path(knowledge.__file__).parent / "starter"
_BY = "小海马"


def load_starter(tx: Transaction, gazetteer: Gazetteer, folder: Path = FOLDER) -> int:
    """Publish the starter pack into an empty library; how many entries. Nothing when not empty."""
    if tx.value("SELECT 1 FROM entry LIMIT 1"):
        return 0
    count = 0
    for entry_id, content in read_starter(gazetteer, folder):
        add_entry(tx, content, _BY, entry_id=entry_id)
        publish_entry(tx, entry_id, _BY)
        count += 1
    words = tomllib.loads((folder / "words.toml").read_text("utf-8"))
    for word in words["dictionary"]["words"]:
        add_word(tx, word, None, _BY)
    for group in words["synonym"]:
        for other in group["others"]:
            add_word(tx, other, group["word"], _BY)
    calibrations, figures = read_file(folder / "calibration.json")
    if calibrations:  # those of an older release may not fit this one
        save_calibrations(tx, calibrations, _BY, figures)
    return count


def read_starter(gazetteer: Gazetteer, folder: Path = FOLDER) -> Iterator[tuple[str, Content]]:
    """The entries and known gaps of the pack with their ids; sources as documents.toml says."""
    documents = _read_documents(gazetteer, folder)
    for path in sorted((folder / "entries").glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8"))["entry"]:
            yield entry["id"], _content(entry, gazetteer, documents)
    for path in sorted((folder / "gaps").glob("*.toml")):
        for gap in tomllib.loads(path.read_text("utf-8"))["gap"]:
            yield gap["id"], _gap(gap, gazetteer)


def _read_documents(gazetteer: Gazetteer, folder: Path) -> dict[str, dict[str, Any]]:
    documents = tomllib.loads((folder / "documents.toml").read_text("utf-8"))["document"]
    return {
        each["title"]: {**each, "region": gazetteer.find(each["region"]).code} for each in documents
    }


def _content(
    entry: dict[str, Any], gazetteer: Gazetteer, documents: dict[str, dict[str, Any]]
) -> Content:
    sources = []
    for source in entry["sources"]:
        document = documents[source["document"]]
        sources.append(
            Source(
                title=source["document"],
                document_number=source["number"],
                clause=source["clause"],
                issuer=document["issuer"],
                region=document["region"],
                effective_from=document.get("effective_from"),
            )
        )
    return Content(
        standard_question=entry["standard_question"],
        standard_answer=entry["answer"].strip(),
        similar_questions=tuple(entry["similar_questions"]),
        stage=entry["stage"],
        region=gazetteer.find(entry["region"]).code,
        sources=tuple(sources),
    )


def _gap(gap: dict[str, Any], gazetteer: Gazetteer) -> Content:
    return Content(
        standard_question=gap["question"],
        standard_answer=gap["answer"].strip(),
        similar_questions=tuple(gap["similar_questions"]),
        region=gazetteer.find(gap["region"]).code,
        hands_over=True,
    )

"""Calibrations kept in the database, so that every process decides alike and none fits at start."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from faq.errors import EntryConflict, EntryNotFound
from retrieval.calibrate import Calibration
from retrieval.choice import NONE_FEATURES, Choice
from retrieval.decide import Thresholds
from retrieval.features import RECIPES
from retrieval.passages import KINDS, Kind
from storage import Row, Transaction

TOPIC = "calibration"
"""Announced whenever another calibration is to be used; also the name of the revision counter."""
_FORM = 1

Calibrations = Mapping[Kind, Calibration]


def save_calibrations(
    tx: Transaction, calibrations: Calibrations, by: str, figures: Mapping[str, Any]
) -> int:
    """Let every process decide by these from now on; earlier ones stay on record. Its version."""
    version = tx.next_revision(TOPIC)
    for kind, calibration in calibrations.items():
        tx.insert(
            "calibration",
            version=version,
            kind=kind,
            content=json.dumps(encode_calibration(calibration)),
            fitted_at=tx.now,
            by=by,
            figures=json.dumps(figures, ensure_ascii=False),
        )
    return version


def load_calibrations(tx: Transaction) -> tuple[dict[Kind, Calibration], int]:
    """What is to be used, and its version; nothing when there is none that fits this release."""
    version = tx.revision(TOPIC)
    rows = tx.all("SELECT kind, content FROM calibration WHERE version = :version", version=version)
    return _decode_all(rows), version


def load_last_fit(tx: Transaction) -> Row | None:
    """Version, fitted_at, by and figures (decoded) of what is in use; None when there is none."""
    row = tx.one(
        "SELECT version, fitted_at, by, figures FROM calibration ORDER BY version DESC LIMIT 1"
    )
    return row and {**row, "figures": json.loads(row["figures"])}


@dataclass(frozen=True, slots=True)
class Kept:
    """A calibration on record. `answer`: the threshold for answering, by kind; `usable` unless this
    release has other features. `restored`: the version that it took up again, if any."""

    version: int
    fitted_at: int
    by: str
    answer: dict[Kind, float]
    usable: bool
    restored: int | None


def list_calibrations(tx: Transaction, most: int = 5) -> list[Kept]:
    """The latest, newest first; the first is in use."""
    rows = tx.all(
        "SELECT * FROM calibration WHERE version > (SELECT max(version) FROM calibration) - :most"
        " ORDER BY version DESC, kind DESC",
        most=most,
    )
    return [_kept(list(own)) for _, own in groupby(rows, key=itemgetter("version"))]


def restore_calibrations(tx: Transaction, version: int, by: str) -> int:
    """Decide by an earlier calibration again, as a new version. Raises EntryNotFound for one that
    never was, EntryConflict for one that this release cannot use."""
    rows = tx.all("SELECT * FROM calibration WHERE version = :version", version=version)
    if not rows:
        raise EntryNotFound("没有这一版校准。")
    found = _decode_all(rows)
    if len(found) < len(rows):
        raise EntryConflict("软件已经更新，这一版校准不能再用，请重新试算。")
    figures = json.loads(rows[0]["figures"])
    return save_calibrations(tx, found, by, {**figures, "restored": version})


def encode_calibration(calibration: Calibration) -> dict[str, Any]:
    """As JSON, each weight by the name of its feature."""
    choice, thresholds = calibration.choice, calibration.thresholds
    return {
        "candidate": dict(zip(choice.features, choice.candidate, strict=True)),
        "none": dict(zip(NONE_FEATURES, choice.none, strict=True)),
        "answer": thresholds.answer,
        "offer": thresholds.offer,
    }


def decode_calibration(kind: Kind, kept: Mapping[str, Any]) -> Calibration | None:
    """None when it was fitted to other features than this release has."""
    features = RECIPES[kind].features
    if set(kept["candidate"]) != set(features) or set(kept["none"]) != set(NONE_FEATURES):
        return None
    choice = Choice(
        features,
        tuple(kept["candidate"][name] for name in features),
        tuple(kept["none"][name] for name in NONE_FEATURES),
    )
    return Calibration(choice, Thresholds(kept["answer"], kept["offer"]))


def write_file(path: Path, calibrations: Calibrations, figures: Mapping[str, Any]) -> None:
    """A file that a starter pack can ship."""
    kept = {kind: encode_calibration(calibration) for kind, calibration in calibrations.items()}
    content = {"form": _FORM, "calibrations": kept, "figures": figures}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_file(path: Path) -> tuple[dict[Kind, Calibration], dict[str, Any]]:
    """The calibrations of a file that fit this release, and its figures."""
    content = json.loads(path.read_text("utf-8"))
    kept = content["calibrations"] if content["form"] == _FORM else {}
    found = {kind: decode_calibration(kind, kept[kind]) for kind in KINDS if kind in kept}
    return {kind: each for kind, each in found.items() if each is not None}, content["figures"]


def _decode_all(rows: Iterable[Row]) -> dict[Kind, Calibration]:
    """Of one version what fits this release."""
    kinds = {kind: row["content"] for kind in KINDS for row in rows if row["kind"] == kind}
    found = {kind: decode_calibration(kind, json.loads(text)) for kind, text in kinds.items()}
    return {kind: each for kind, each in found.items() if each is not None}


def _kept(rows: Sequence[Row]) -> Kept:
    first = rows[0]
    return Kept(
        first["version"],
        first["fitted_at"],
        first["by"],
        {row["kind"]: json.loads(row["content"])["answer"] for row in rows},
        len(_decode_all(rows)) == len(rows),
        json.loads(first["figures"]).get("restored"),
    )

"""Calibrations kept in the database, so that every process decides alike and none fits at start."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
    kinds = {kind: row["content"] for kind in KINDS for row in rows if row["kind"] == kind}
    found = {kind: decode_calibration(kind, json.loads(text)) for kind, text in kinds.items()}
    return {kind: each for kind, each in found.items() if each is not None}, version


def load_last_fit(tx: Transaction) -> Row | None:
    """Version, fitted_at, by and figures (decoded) of what is in use; None when there is none."""
    row = tx.one(
        "SELECT version, fitted_at, by, figures FROM calibration ORDER BY version DESC LIMIT 1"
    )
    return row and {**row, "figures": json.loads(row["figures"])}


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

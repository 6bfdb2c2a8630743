"""What is reckoned with before a library has been calibrated."""

import json
from importlib import resources
from typing import Any, Literal, get_args

from retrieval.calibrate import Calibration
from retrieval.choice import NONE_FEATURES, Choice
from retrieval.decide import Thresholds
from retrieval.features import FEATURES


# Entries without similar questions are found less surely than those with some.
Prior = Literal["bare", "entry", "clause"]


def load_priors() -> dict[Prior, Calibration]:
    """The calibrations that ship."""
    text = resources.files("retrieval").joinpath("priors.json").read_text("utf-8")
    found = json.loads(text)
    return {kind: _calibration(found[kind]) for kind in get_args(Prior)}


def _calibration(found: dict[str, Any]) -> Calibration:
    candidate, none = found["candidate"], found["none"]
    choice = Choice(
        tuple(float(candidate.get(name, 0)) for name in FEATURES),
        tuple(float(none.get(name, 0)) for name in NONE_FEATURES),
    )
    return Calibration(choice, Thresholds(found["answer"], found["offer"]))

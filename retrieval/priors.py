"""What is reckoned with before a library has been calibrated."""

import json
from importlib import resources
from typing import Any

from retrieval.calibrate import Calibration
from retrieval.choice import NONE_FEATURES, Choice
from retrieval.comparison import Recipe
from retrieval.decide import Thresholds
from retrieval.features import RECIPES
from retrieval.passages import KINDS, Kind


def load_priors() -> dict[Kind, Calibration]:
    """The calibrations that ship, by kind of passage."""
    text = resources.files("retrieval").joinpath("priors.json").read_text("utf-8")
    found = json.loads(text)
    return {kind: _calibration(found[kind], RECIPES[kind]) for kind in KINDS}


def _calibration(found: dict[str, Any], recipe: Recipe) -> Calibration:
    candidate, none = found["candidate"], found["none"]
    choice = Choice(
        recipe.features,
        tuple(float(candidate.get(name, 0)) for name in recipe.features),
        tuple(float(none.get(name, 0)) for name in NONE_FEATURES),
    )
    return Calibration(choice, Thresholds(found["answer"], found["offer"]))

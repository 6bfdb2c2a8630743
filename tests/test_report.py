"""Figures and explanations of labelled questions."""

import xml.etree.ElementTree as ET

import pytest

from retrieval.comparison import Recipe
from retrieval.curve_picture import render_curve
from retrieval.decide import Decision
from retrieval.features import RECIPES
from retrieval.library import Library
from retrieval.passages import Passage, Scope
from retrieval.report import (
    NAMES,
    Outcome,
    coverage_at,
    curve,
    explain,
    figures,
    render_features,
)
from retrieval.segment import Segmenter

OUTCOMES = [
    Outcome(True, True, True, 0.99, rank=0),
    Outcome(True, True, False, 0.95, rank=1),
    Outcome(True, False, False, 0.6, rank=1, offered=True),
    Outcome(True, False, False, 0.3, rank=3),
    Outcome(False, True, False, 0.9),
    Outcome(False, False, False, 0.2),
    Outcome(False, False, False, 0.0, near=False),
]


def test_figures() -> None:
    assert figures(OUTCOMES) == pytest.approx(
        {
            "recall_1": 1 / 4,
            "recall_3": 3 / 4,
            "recall_5": 1,
            "coverage": 2 / 4,
            "precision": 1 / 3,
            "right_or_shown": 2 / 4,
            "near_answered": 1 / 2,
            "far_answered": 0,
        }
    )
    assert set(figures([]).values()) == {0.0}


def test_the_curve_begins_with_the_surest() -> None:
    points = curve(OUTCOMES)
    assert points[0] == (1 / 4, 1.0)
    assert points[1] == (2 / 4, 1 / 2)
    assert points[2] == (2 / 4, 1 / 3)
    assert points[-1] == (1.0, 1 / 6)
    assert coverage_at(points, 0.95) == 1 / 4
    assert coverage_at(points, 0.4) == 2 / 4
    assert coverage_at(points, 1.01) == 0


@pytest.mark.parametrize(
    ("points", "chosen"),
    [(curve(OUTCOMES), (0.5, 1 / 3)), ([(0.9, 0.99), (1.0, 0.97)], (0.95, 0.98)), ([], (0.0, 0.0))],
)
def test_the_picture_holds_the_curve_and_says_where_the_library_stands(
    points: list[tuple[float, float]], chosen: tuple[float, float]
) -> None:
    root = ET.fromstring(render_curve(points, chosen))
    assert f"覆盖率 {chosen[0]:.1%}，准确率 {chosen[1]:.1%}" in root.attrib["aria-label"]
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    (line,) = root.iter("{http://www.w3.org/2000/svg}polyline")
    (circle,) = root.iter("{http://www.w3.org/2000/svg}circle")
    drawn = [pair.split(",") for pair in line.attrib["points"].split()]
    drawn.append([circle.attrib["cx"], circle.attrib["cy"]])
    assert len(drawn) == len(points) + 1
    assert all(0 < float(x) < width and 0 < float(y) < height for x, y in drawn)


def test_every_feature_has_a_name_on_screen() -> None:
    recipes: list[Recipe] = list(RECIPES.values())
    assert {name for recipe in recipes for name in recipe.features} <= set(NAMES)


def test_features_are_told_in_words() -> None:
    found = {"exact": 1.0, "states": -0.5, "lacks": 0.0, "core": 0.254, "unusual": 3.04}
    told = render_features(found)
    assert told == [
        "与某个问法一字不差：是",
        "答复写了所问的那类事实：否",
        "条目的特征词在问题中的比例：25%",
        "问的不是那类事实：3.0",
    ]


def test_a_decision_is_explained() -> None:
    library = Library(Segmenter())
    library.publish(
        [
            Passage("fee", "entry", ("代办服务收费吗", "代办要钱吗"), "不收费。"),
            Passage("mail", "entry", ("证照可以邮寄吗", "能寄证吗"), "可以。"),
        ]
    )
    told = explain(library.decide("代办服务收费吗急", Scope("2026-11-21")))
    assert "最相近：代办服务收费吗" in told
    assert "对上的词：代办、服务、收费" in told
    assert "没对上的词：急" in told
    assert "门槛 85.0%" in told
    assert "依据：" in told


def test_nothing_found_is_said() -> None:
    assert explain(Decision("handoff")) == "没有找到任何相近的内容。"

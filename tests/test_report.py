"""Figures and explanations of labelled questions."""

import xml.etree.ElementTree as ET

import pytest

from retrieval.comparison import Recipe
from retrieval.decide import Decision, Hit
from retrieval.evaluate import judge
from retrieval.features import RECIPES
from retrieval.labels import Label
from retrieval.library import Library
from retrieval.passages import Passage
from retrieval.report import NAMES, Outcome, curve, explain, figures, render_curve, render_report
from retrieval.segment import Segmenter


def outcome(
    right: str | None, found: str, confidence: float, action: str, near: bool = True
) -> Outcome:
    hits = tuple(Hit(Passage(name, "entry", (name,)), 1.0, confidence) for name in found)
    decision = Decision(action, hits, confidence, hits[:3] if action == "clarify" else ())  # type: ignore[arg-type]  # a test's shorthand
    return Outcome(Label("问", right, near=near), decision)


OUTCOMES = [
    outcome("a", "ab", 0.99, "answer"),
    outcome("b", "ab", 0.95, "answer"),
    outcome("b", "ab", 0.6, "clarify"),
    outcome("d", "abcd", 0.3, "handoff"),
    outcome(None, "a", 0.9, "answer"),
    outcome(None, "a", 0.2, "handoff"),
    outcome(None, "", 0.0, "handoff", near=False),
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
    assert points[-1] == (1.0, 1 / 7)


def test_the_picture_is_svg_and_says_where_the_library_stands() -> None:
    picture = render_curve(curve(OUTCOMES), (0.5, 1 / 3))
    root = ET.fromstring(picture)
    assert root.tag.endswith("svg")
    assert "覆盖率 50.0%，准确率 33.3%" in root.attrib["aria-label"]


def test_every_feature_has_a_name_on_screen() -> None:
    recipes: list[Recipe] = list(RECIPES.values())
    assert set(NAMES) == {name for recipe in recipes for name in recipe.features}


def test_wrong_answers_are_explained() -> None:
    library = Library(Segmenter())
    library.publish(
        [
            Passage("fee", "entry", ("代办服务收费吗", "代办要钱吗"), "不收费。"),
            Passage("mail", "entry", ("证照可以邮寄吗", "能寄证吗"), "可以。"),
        ]
    )
    labels = [Label("代办服务收费吗", "mail"), Label("证照可以邮寄吗", "mail")]
    report = render_report(judge(library, labels, "2026-11-21"))
    assert "有答案的 2 个" in report
    assert report.count("误答") == 1
    assert "最相近：代办服务收费吗" in report
    assert "对上的词：代办、服务、收费" in report
    assert "与某个问法一字不差 1.00" in report


def test_nothing_found_is_said() -> None:
    assert explain(Decision("handoff")) == "没有找到任何相近的内容。"

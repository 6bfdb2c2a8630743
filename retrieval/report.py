"""Figures, a curve and explanations for questions of which it is known what is right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.decide import Decision, Hit

# What features are called on screen.
NAMES: Mapping[str, str] = {
    "centroid": "与条目全部问法的相似度",
    "covered_characters": "问题的字在其中的比例",
    "covered_pairs": "问题的相邻字在其中的比例",
    "best_covered_words": "问题的词在最近问法中的比例",
    "best_covered_characters": "问题的字在最近一段中的比例",
    "best_covered_pairs": "问题的相邻字在最近一段中的比例",
    "core": "条目的特征词在问题中的比例",
    "same_characters": "与最近问法相同的字",
    "same_order": "与最近问法相同的语序",
    "exact": "与某个问法一字不差",
    "states": "答复写了所问的那类事实",
    "lacks": "答复没有所问的那类事实",
    "unusual": "问的不是那类事实",
    "untold": "没写到的词在问题中的比例",
    "unfocused": "没提到所问的东西",
    "unstressed": "没提到问题强调的情况",
    "contradicts": "与问题说的情况相反",
    "missing": "缺少的最重要的词",
    "score_to_first": "文字得分与第一名之比",
    "centroid_to_first": "相似度与第一名之比",
}
_RECALLED = (1, 3, 5)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a labelled question.

    `rank`: the place of the first right hit, from 0, None when there is none among the hits.
    `right`: the answer that was given is right or, where none was, the first hit would have been.
    """

    answerable: bool
    answered: bool
    right: bool
    confidence: float
    rank: int | None = None
    offered: bool = False  # the right one is among the candidates that were shown
    near: bool = True  # without answer: it is near to what there is


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares from 0 to 1: recall_1, recall_3 and recall_5 of the right passage, coverage (answered
    of what has an answer), precision (right of what was answered), right_or_shown (answered right,
    or offered), near_answered and far_answered (of what has none)."""
    able = [one for one in outcomes if one.answerable]
    near = [one for one in outcomes if not one.answerable and one.near]
    far = [one for one in outcomes if not one.answerable and not one.near]
    answered = [one for one in outcomes if one.answered]
    ranks = [one.rank for one in able]
    return {
        **{
            f"recall_{k}": _share(sum(rank is not None and rank < k for rank in ranks), len(able))
            for k in _RECALLED
        },
        "coverage": _share(sum(one.answered for one in able), len(able)),
        "precision": _share(sum(one.right for one in answered), len(answered)),
        "right_or_shown": _share(
            sum(one.right if one.answered else one.offered for one in able), len(able)
        ),
        "near_answered": _share(sum(one.answered for one in near), len(near)),
        "far_answered": _share(sum(one.answered for one in far), len(far)),
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Coverage and precision if everything from some confidence on were answered, for every
    confidence above 0 that occurs, falling; coverage counts questions that have an answer."""
    able = sum(one.answerable for one in outcomes)
    sure = [one for one in outcomes if one.confidence > 0]
    ordered = sorted(sure, key=lambda one: -one.confidence)
    points = []
    right = covered = 0
    for answered, outcome in enumerate(ordered, 1):
        right += outcome.right
        covered += outcome.answerable
        last = answered == len(ordered)
        if last or ordered[answered].confidence < outcome.confidence:
            points.append((_share(covered, able), right / answered))
    return points


def coverage_at(points: Iterable[tuple[float, float]], precision: float) -> float:
    """The largest coverage of a curve at which answers are still right so often; 0 when never."""
    return max((across for across, up in points if up >= precision), default=0.0)


def explain(decision: Decision) -> str:
    """Why a question was decided as it was, in a few lines of Chinese."""
    if not decision.hits:
        return "没有找到任何相近的内容。"
    hit = decision.hits[0]
    lines = [
        f"最相近：{_title(hit)}",
        f"把握 {hit.confidence:.1%}，门槛 {decision.threshold:.1%}",
        f"对上的词：{'、'.join(hit.matched) or '无'}",
        f"没对上的词：{'、'.join(hit.missing) or '无'}",
        f"依据：{'；'.join(render_features(hit.features))}",
    ]
    if len(decision.hits) > 1:
        second = decision.hits[1]
        lines.append(f"其次：{_title(second)}（把握 {second.confidence:.1%}）")
    return "\n".join(lines)


def render_features(features: Mapping[str, float]) -> list[str]:
    """What a hit was judged by, each as "name value"; what says nothing is left out."""
    return [
        f"{NAMES[name]}：{_render_value(name, value)}"
        for name, value in features.items()
        if value and name in NAMES
    ]


def _render_value(name: str, value: float) -> str:
    if name == "states":  # centred on "cannot be said"
        return "是" if value > 0 else "否"
    if name in ("exact", "lacks", "contradicts"):
        return "是"
    return f"{value:.0%}" if value <= 1 else f"{value:.1f}"


def _title(hit: Hit) -> str:
    return hit.passage.questions[0] if hit.passage.questions else hit.passage.title

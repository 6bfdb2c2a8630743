"""Figures, a curve and explanations for questions of which it is known what is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.decide import Decision, Hit
from retrieval.labels import Label

_WIDTH, _HEIGHT, _EDGE = 640, 400, 48

# What features are called on screen.
NAMES: Mapping[str, str] = {
    "centroid": "与条目全部问法的相似度",
    "covered_words": "问题的词在其中的比例",
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
    "unfocused": "没提到所问的东西",
    "unstressed": "没提到问题强调的情况",
    "contradicts": "与问题说的情况相反",
    "missing": "缺少的最重要的词",
    "score_to_first": "文字得分与第一名之比",
    "centroid_to_first": "相似度与第一名之比",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A labelled question and what was decided."""

    label: Label
    decision: Decision

    @property
    def rank(self) -> int | None:
        """The place of the first right hit, from 0."""
        names = [hit.passage.id for hit in self.decision.hits]
        return next((i for i, name in enumerate(names) if name in self.label.right), None)

    @property
    def answered(self) -> bool:
        return self.decision.action == "answer"

    @property
    def right(self) -> bool:
        """The first hit answers the question."""
        return self.rank == 0


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Shares from 0 to 1: recall_1, recall_3 and recall_5 of the right passage, coverage (answered
    of what has an answer), precision (right of what was answered), right_or_shown (answered right,
    or offered), near_answered and far_answered (of what has none)."""
    able = [one for one in outcomes if one.label.right]
    near = [one for one in outcomes if not one.label.right and one.label.near]
    far = [one for one in outcomes if not one.label.right and not one.label.near]
    answered = [one for one in outcomes if one.answered]
    ranks = [one.rank for one in able]
    return {
        **{
            f"recall_{k}": _share(sum(rank is not None and rank < k for rank in ranks), len(able))
            for k in (1, 3, 5)
        },
        "coverage": _share(sum(one.answered for one in able), len(able)),
        "precision": _share(sum(one.right for one in answered), len(answered)),
        "right_or_shown": _share(sum(map(_served, able)), len(able)),
        "near_answered": _share(sum(one.answered for one in near), len(near)),
        "far_answered": _share(sum(one.answered for one in far), len(far)),
    }


def _served(outcome: Outcome) -> bool:
    if outcome.answered:
        return outcome.right
    return any(hit.passage.id in outcome.label.right for hit in outcome.decision.shown)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """Coverage and precision if everything from some confidence on were answered, for every
    confidence that occurs, falling; coverage counts questions that have an answer."""
    able = sum(bool(one.label.right) for one in outcomes)
    ordered = sorted(outcomes, key=lambda one: -one.decision.confidence)
    points = []
    right = covered = 0
    for answered, outcome in enumerate(ordered, 1):
        right += outcome.right
        covered += bool(outcome.label.right)
        last = answered == len(ordered)
        if last or ordered[answered].decision.confidence < outcome.decision.confidence:
            points.append((_share(covered, able), right / answered))
    return points


def render_curve(points: Sequence[tuple[float, float]], chosen: tuple[float, float]) -> str:
    """The curve as an SVG picture, with the point at which the library stands."""
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place(point) for point in points))
    grid = "".join(_grid_line(share / 10) for share in range(0, 11, 2))
    left, top = _place(chosen)
    title = f"覆盖率 {chosen[0]:.1%}，准确率 {chosen[1]:.1%}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="准确率—覆盖率曲线：{title}" font-family="sans-serif" font-size="12">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>{grid}'
        f'<polyline points="{line}" fill="none" stroke="#0b6e99" stroke-width="2"/>'
        f'<circle cx="{left:.1f}" cy="{top:.1f}" r="5" fill="#c0392b"><title>{title}</title>'
        f'</circle><text x="{_WIDTH / 2:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">'
        f"覆盖率（应答的问题）</text>"
        f'<text x="{_EDGE}" y="20">准确率（答出的问题）</text></svg>\n'
    )


def _place(point: tuple[float, float]) -> tuple[float, float]:
    across, up = point
    return (
        _EDGE + across * (_WIDTH - 2 * _EDGE),
        _HEIGHT - _EDGE - up * (_HEIGHT - 2 * _EDGE),
    )


def _grid_line(share: float) -> str:
    left, level = _place((0.0, share))
    right, bottom = _place((1.0, 0.0))
    across, _ = _place((share, 0.0))
    return (
        f'<line x1="{left:.1f}" y1="{level:.1f}" x2="{right:.1f}" y2="{level:.1f}" stroke="#ddd"/>'
        f'<text x="{left - 6:.1f}" y="{level + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        f'<text x="{across:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{share:.0%}</text>'
    )


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
    ]
    weights = sorted(hit.features.items(), key=lambda item: -abs(item[1]))
    told = [f"{NAMES[name]} {value:.2f}" for name, value in weights if value]
    lines.append(f"依据：{'；'.join(told)}")
    if len(decision.hits) > 1:
        second = decision.hits[1]
        lines.append(f"其次：{_title(second)}（把握 {second.confidence:.1%}）")
    return "\n".join(lines)


def _title(hit: Hit) -> str:
    return hit.passage.questions[0] if hit.passage.questions else hit.passage.title


def render_report(outcomes: Sequence[Outcome]) -> str:
    """The figures, then every wrong answer explained, in Chinese."""
    found = figures(outcomes)
    lines = [
        f"问题 {len(outcomes)} 个，其中有答案的 {sum(bool(o.label.right) for o in outcomes)} 个",
        f"正确条目排第一 {found['recall_1']:.1%}，前三 {found['recall_3']:.1%}，"
        f"前五 {found['recall_5']:.1%}",
        f"有答案的答出 {found['coverage']:.1%}；答出的里面答对 {found['precision']:.1%}；"
        f"答对或列在选项里 {found['right_or_shown']:.1%}",
        f"无答案却答了：近似题 {found['near_answered']:.1%}，无关题 {found['far_answered']:.1%}",
    ]
    for one in outcomes:
        if one.answered and not one.right:
            lines += ["", f"误答：{one.label.text}", explain(one.decision)]
    return "\n".join(lines) + "\n"

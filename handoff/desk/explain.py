"""Why 小海马 answered, asked back or handed over, in plain Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handoff.desk.context import Desk
from handoff.desk.suggestions import name_passage
from handoff.desk.wording import render_percent
from retrieval.report import render_features
from storage import Transaction

ACTIONS = {"answer": "直接回答", "clarify": "列出候选请咨询人选", "handoff": "转人工"}
REPLIES = {**ACTIONS, "smalltalk": "寒暄", "notice": "提示"}
_WORDS = ("matched", "missing")
_GONE = "（这条内容已停用）"


@dataclass(frozen=True, slots=True)
class Compared:
    """A passage that was compared with the question."""

    title: str
    link: str
    kind: str
    confidence: float
    matched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    is_gap: bool = False
    reasons: tuple[str, ...] = ()
    """What it was judged by, each as "name：value"."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was decided on a question, why, and what it was compared with, best first."""

    question: str
    place: str
    action: str
    verdict: str
    confidence: float
    threshold: float
    compared: tuple[Compared, ...] = ()

    @property
    def action_name(self) -> str:
        return ACTIONS[self.action]


def explain_trace(tx: Transaction, desk: Desk, trace: dict[str, Any]) -> Explanation:
    """The explanation of a reply that was given, from what was written down with it."""
    compared = [_compared(tx, hit) for hit in trace.get("hits", ())]
    action = trace["action"]
    place = desk.place(trace.get("region") or "100000")
    confidence, threshold = trace["confidence"], trace["threshold"]
    if places := trace.get("places"):
        names = "、".join(map(desk.place, places))
        verdict = f"各地规定不同（{names}），又不知道咨询人在哪里，所以先问地区。"
    else:
        verdict = _verdict(action, confidence, threshold, compared)
    return Explanation(
        question=trace["question"],
        place=place,
        action=action,
        verdict=verdict,
        confidence=confidence,
        threshold=threshold,
        compared=tuple(compared),
    )


def told_of(trace: dict[str, Any], question: str) -> dict[str, Any]:
    """The same trace of a question from which something personal was taken out: no word of that
    is left."""
    hits = [
        hit | {name: [each for each in hit.get(name, ()) if each in question] for name in _WORDS}
        for hit in trace.get("hits", ())
    ]
    return {**trace, "question": question, "hits": hits}


def _compared(tx: Transaction, hit: Mapping[str, Any]) -> Compared:
    named = name_passage(tx, hit["id"])
    return Compared(
        title=named.title if named else _GONE,
        link=named.link if named else "",
        kind=named.kind if named else "",
        confidence=hit["confidence"],
        matched=tuple(hit.get("matched", ())),
        missing=tuple(hit.get("missing", ())),
        is_gap=named is not None and named.hands_over,
        reasons=tuple(render_features(hit.get("features", {}))),
    )


def _verdict(action: str, confidence: float, threshold: float, compared: Sequence[Compared]) -> str:
    sure, needed = render_percent(confidence), render_percent(threshold)
    if not compared:
        return "知识库里没有找到和这个问题有关的内容，所以转人工。"
    if action == "answer":
        return f"最接近的内容把握有 {sure}，达到了直接回答的门槛（{needed}），所以直接回答。"
    if action == "handoff" and compared[0].is_gap:
        return (
            f"最接近的是一条转人工条目（把握 {sure}），没有可答的内容比它更接近，所以直接转人工。"
        )
    short = f"最接近的内容把握只有 {sure}，没有达到直接回答的门槛（{needed}）"
    if confidence >= threshold:
        short = f"最接近的内容把握有 {sure}，但{_rival(compared)}"
    if action == "clarify":
        return f"{short}；几个候选合起来够上了列出的条件，所以列出来请咨询人选。"
    lacking = compared[0].missing
    why = f"问题里的“{'”“'.join(lacking[:4])}”在其中找不到；" if lacking else ""
    return f"{short}；{why}候选也不够可靠，所以转人工。"


def _rival(compared: Sequence[Compared]) -> str:
    """What keeps a sure enough candidate from being the answer."""
    gap = next((each for each in compared[1:] if each.is_gap), None)
    if gap is None:
        return "还有别的内容同样接近"
    sure = render_percent(gap.confidence)
    return f"不能排除问的是转人工条目“{gap.title}”（把握 {sure}）"

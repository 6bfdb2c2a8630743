"""`xiaohaima evaluate`: labelled questions put through the real assistant."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.labelled import ANSWERABLE, settle
from bot.reply import Reply
from bot.services import Services
from bot.trying import try_questions
from faq.golden import VERDICT_NAMES
from faq.refitting import Fit
from handoff.errors import Invalid
from retrieval.decide import Decision
from retrieval.labels import find_named, find_telling, flat, flat_texts
from retrieval.passages import Scope
from retrieval.report import Outcome


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled question with what became of it."""

    question: dict[str, Any]
    reply: Reply
    verdict: str  # right, wrong, asked_back, handed_over, small_talk
    outcome: Outcome
    findable: bool = True
    """It is known which passage answers it, or that none does."""


async def evaluate(services: Services, questions: list[dict[str, Any]]) -> list[Judged]:
    """Ask every question in a conversation of its own and keep nothing. Raises Invalid as `settle`
    does."""
    passages = services.live.passages()
    told = flat_texts(passages)
    judged = []
    for question in settle(questions, passages, services.live.gazetteer):
        right = {*find_telling(question, told), *find_named(question["entry"], passages)}
        judged.append(await judge_question(services, question, right))
    return judged


async def judge_question(
    services: Services, question: dict[str, Any], right: set[str] | frozenset[str] = frozenset()
) -> Judged:
    """Put a question (or its turns) to the assistant and hold the last reply against its label;
    `right` are the passages that answer it, as far as that is known."""
    turns = question.get("turns") or [question["text"]]
    code = question["region"] or None

    try:
        reply = await try_questions(services.database, services.assistant, turns, code)
    except Invalid as refused:
        reply = Reply("notice", str(refused))
    verdict = _verdict(question, reply, right)
    outcome = _outcome(services, question, reply, verdict, right)
    return Judged(question, reply, verdict, outcome, bool(right) or not outcome.answerable)


def _verdict(question: dict[str, Any], reply: Reply, right: set[str] | frozenset[str]) -> str:
    if reply.kind == "clarify":
        return "asked_back"
    if reply.kind == "handoff":
        return "handed_over"
    if reply.kind != "answer":
        return "small_talk"
    if question["expect"] not in (*ANSWERABLE, "safe"):
        return "wrong"
    if not question["facts"] and question["entry"]:
        return "right" if set(_hits(reply)[:1]) & right else "wrong"
    text = flat(reply.text)
    holds = all(any(flat(fact) in text for fact in group) for group in question["facts"])
    clean = not any(flat(each) in text for each in question["forbidden"])
    return "right" if holds and clean else "wrong"


def _outcome(
    services: Services,
    question: dict[str, Any],
    reply: Reply,
    verdict: str,
    right: set[str] | frozenset[str],
) -> Outcome:
    hits = _hits(reply)
    rank = next((place for place, name in enumerate(hits) if name in right), None)
    first = services.live.get(hits[0]) if hits else None
    hands_over = first is not None and first.hands_over  # never answered, however sure
    answered = reply.kind == "answer"
    return Outcome(
        answerable=question["expect"] in ANSWERABLE,
        answered=answered,
        right=verdict == "right" if answered else rank == 0,
        confidence=0.0 if hands_over else reply.trace.get("confidence", reply.confidence),
        rank=rank,
        offered=any(each.value in right for each in reply.options if each.target == "passage"),
        near=question["kind"] == "near_miss",
    )


def _hits(reply: Reply) -> list[str]:
    return [hit["id"] for hit in reply.trace.get("hits", ())]


def decide_again(services: Services, reply: Reply) -> Decision | None:
    """The decision behind a reply, with its features; None for a reply to several questions."""
    if not reply.trace:
        return None
    region = reply.trace["region"]
    above = services.live.gazetteer.around(region)
    today = datetime.now(services.settings.zone).date().isoformat()
    return services.live.library.decide(reply.trace["question"], Scope(today, above))


def render_fit(fitted: Fit) -> str:
    """What a new calibration would change, before and after."""
    figures = fitted.figures
    answer = figures["thresholds"]
    lines = [
        f"依据：{figures['phrasings']} 条问法，{figures['labels']} 个由咨询人和管家标注的问题",
        f"直接回答的门槛：{answer['before']:.1%} → {answer['after']:.1%}",
    ]
    for name, kind in (("金标问题", "held"), ("本单位标注", "own")):
        before, after = figures[kind]["before"], figures[kind]["after"]
        counts = [f"{each} {before[key]} → {after[key]}" for key, each in VERDICT_NAMES.items()]
        lines.append(f"{name} {before['questions']} 个：{'，'.join(counts)}")
    if figures["changed"]:
        lines.append(f"{figures['changed']} 个问题会改变答复，其中 {figures['worse']} 个变差：")
    for change in fitted.changes:
        before, after = VERDICT_NAMES[change.before.verdict], VERDICT_NAMES[change.after.verdict]
        mark = "变差" if change.worse else "改变"
        lines.append(f"  {mark}：{change.question}（{before} → {after}）")
    if fitted.warning:
        lines.append(f"注意：{fitted.warning}")
    return "\n".join(lines)

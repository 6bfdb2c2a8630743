"""`xiaohaima evaluate`: labelled questions put through the real assistant."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.assistant import Incoming
from bot.reply import Reply
from bot.services import Services
from faq.golden import VERDICT_NAMES
from faq.refitting import Fit
from handoff.conversations import keep_context, open_conversation
from handoff.errors import Invalid
from retrieval.segment import normalise
from storage import Transaction

_ANSWERABLE = ("answer", "clarify_or_answer")


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled question with what became of it."""

    question: dict[str, Any]
    reply: Reply
    verdict: str  # right, wrong, asked_back, handed_over, small_talk


class _NotKept(Exception):
    """Carries a reply out of a transaction that is not to be kept."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Labelled questions, one JSON object a line. Raises Invalid for a line that is none."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name} 不是 UTF-8 编码的文字文件。") from error
    questions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = {"facts": [], "forbidden": [], "kind": "", **json.loads(line)}
            _check_question(question)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Invalid(f"{path.name} 第 {number} 行不是带标注的问题。") from error
        questions.append(question)
    if not questions:
        raise Invalid(f"{path.name} 里没有问题。")
    return questions


def _check_question(question: dict[str, Any]) -> None:
    """Raise KeyError or ValueError for one that cannot be asked or judged."""
    question["id"]
    turns = question["turns"] if not question.get("text") else [question["text"]]
    texts = [turns, [question["expect"]], question["forbidden"], *question["facts"]]
    if any(not isinstance(each, list) for each in texts) or not turns:
        raise ValueError("a list of texts is expected")
    if any(not isinstance(text, str) for each in texts for text in each):
        raise ValueError("a text is expected")


async def evaluate(services: Services, questions: list[dict[str, Any]]) -> str:
    """Ask every question in a conversation of its own, keep nothing, and report in Chinese."""
    return render_report([await judge_question(services, question) for question in questions])


async def judge_question(services: Services, question: dict[str, Any]) -> Judged:
    """Put a question (or its turns) to the assistant and hold the last reply against its label."""
    turns = question.get("turns") or [question["text"]]
    place = question.get("region") or None
    code = services.live.gazetteer.find(place).code if place else None

    def ask(tx: Transaction) -> None:
        conversation, _ = open_conversation(tx)
        if code is not None:
            keep_context(tx, conversation.id, {}, code)
        reply = Reply("notice", "")
        for turn in turns:
            exchange = services.assistant.respond(tx, conversation.id, Incoming(turn))
            reply = exchange.reply or reply
        raise _NotKept(reply)

    try:
        await services.database.write(ask)
    except _NotKept as found:
        reply = found.reply
    except Invalid as refused:
        reply = Reply("notice", str(refused))
    return Judged(question, reply, _verdict(question, reply))


def _verdict(question: dict[str, Any], reply: Reply) -> str:
    if reply.kind == "clarify":
        return "asked_back"
    if reply.kind == "handoff":
        return "handed_over"
    if reply.kind != "answer":
        return "small_talk"
    text = _flat(reply.text)
    holds = all(any(_flat(fact) in text for fact in group) for group in question["facts"])
    clean = not any(_flat(each) in text for each in question["forbidden"])
    return "right" if question["expect"] in _ANSWERABLE and holds and clean else "wrong"


def render_report(judged: list[Judged]) -> str:
    """The figures, then every wrong answer with its reason."""
    able = [each for each in judged if each.question["expect"] in _ANSWERABLE]
    unable = [each for each in judged if each.question["expect"] == "handoff"]
    near = [each for each in unable if each.question["kind"] == "near_miss"]
    answered = [each for each in judged if each.reply.kind == "answer"]
    lines = [
        f"问题 {len(judged)} 个，其中应当回答 {len(able)} 个，应当转人工 {len(unable)} 个",
        _line("应答的答了", _count(able, "right", "wrong"), len(able)),
        _line("  答对", _count(able, "right"), len(able)),
        _line("  反问", _count(able, "asked_back"), len(able)),
        _line("  转人工", _count(able, "handed_over"), len(able)),
        _line("答了的里面答对", _count(answered, "right"), len(answered)),
        _line("该转人工的转了或反问了", len(unable) - _count(unable, "wrong"), len(unable)),
        _line("近似题误答", _count(near, "wrong"), len(near)),
        "",
    ]
    for each in judged:
        if each.verdict == "wrong":
            lines.append(_explain(each))
    return "\n".join(lines)


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
    for change in fitted.changes:
        before, after = VERDICT_NAMES[change.before.verdict], VERDICT_NAMES[change.after.verdict]
        mark = "变差" if change.worse else "改变"
        lines.append(f"  {mark}：{change.question}（{before} → {after}）")
    return "\n".join(lines)


def _explain(judged: Judged) -> str:
    question = judged.question
    asked = question.get("text") or " / ".join(question["turns"])
    trace = judged.reply.trace
    return (
        f"误答 {question['id']}（{question['kind']}）：{asked}\n"
        f"  答成：{judged.reply.text[:80]}\n"
        f"  把握 {trace.get('confidence')}，门槛 {trace.get('threshold')}"
    )


def _count(judged: list[Judged], *verdicts: str) -> int:
    found = Counter(each.verdict for each in judged)
    return sum(found[verdict] for verdict in verdicts)


def _line(name: str, part: int, whole: int) -> str:
    share = f"{100 * part / whole:.1f}%" if whole else "—"
    return f"{name}：{share}（{part}/{whole}）"


def _flat(text: str) -> str:
    return "".join(normalise(text).split())

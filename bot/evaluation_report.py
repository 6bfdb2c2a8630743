"""What an evaluation found, in Chinese: figures, curve, and each wrong answer with its reason."""

from collections.abc import Sequence
from pathlib import Path

from bot.evaluation import Judged, decide_again
from bot.labelled import ANSWERABLE
from bot.services import Services
from retrieval.curve_picture import render_curve
from retrieval.report import coverage_at, curve, explain, figures

_WISHED = 0.95
_SHOWN = 120  # characters of a wrong answer


def write_report(folder: Path, judged: Sequence[Judged], report: str) -> None:
    """Put the report and the curve into a folder. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.txt").write_text(report, "utf-8")
    outcomes = [each.outcome for each in judged]
    found = figures(outcomes)
    picture = render_curve(curve(outcomes), (found["coverage"], found["precision"]), _WISHED)
    (folder / "curve.svg").write_text(picture, "utf-8")


def render_report(services: Services, judged: Sequence[Judged]) -> str:
    """The figures, then every wrong answer with its reason, then what was not answered."""
    able = [each for each in judged if each.question["expect"] in ANSWERABLE]
    unable = [each for each in judged if each.question["expect"] == "handoff"]
    near = [each for each in unable if each.outcome.near]
    far = [each for each in unable if not each.outcome.near]
    answered = [each for each in judged if each.outcome.answered]
    lines = [
        f"问题 {len(judged)} 个，其中应当回答 {len(able)} 个，应当转人工 {len(unable)} 个",
        *_finding(able),
        _line("应答的答了（覆盖率）", _count(able, "right", "wrong"), len(able)),
        _line("  答对", _count(able, "right"), len(able)),
        _line("  反问", _count(able, "asked_back"), len(able)),
        _line("  转人工", _count(able, "handed_over"), len(able)),
        _line("答了的里面答对（准确率）", _count(answered, "right"), len(answered)),
        _line("该转人工的转了或反问了", len(unable) - _count(unable, "wrong"), len(unable)),
        _line("近似题误答", _count(near, "wrong"), len(near)),
        _line("其他没有答案的误答", _count(far, "wrong"), len(far)),
        _possible(judged),
    ]
    wrong = [each for each in judged if each.verdict == "wrong"]
    lines += [line for each in wrong for line in ("", *_explain(services, each))]
    missed = [each for each in able if each.verdict not in ("right", "wrong")]
    if missed:
        lines += ["", f"有答案而没有直接答的 {len(missed)} 个：", *map(_missed, missed)]
    return "\n".join(lines)


def _finding(able: Sequence[Judged]) -> list[str]:
    """How high the right passage stands, where one passage holds the answer."""
    ranks = [each.outcome.rank for each in able if each.findable]
    return [
        _line(f"正确内容排在前 {most}", sum(r is not None and r < most for r in ranks), len(ranks))
        for most in (1, 3, 5)
    ]


def _possible(judged: Sequence[Judged]) -> str:
    points = curve([each.outcome for each in judged])
    shares = [f"{wished:.0%} 时 {coverage_at(points, wished):.1%}" for wished in (0.9, 0.95, 0.98)]
    return f"只调门槛，准确率不低于以下值时最多能答：{'，'.join(shares)}"


def _explain(services: Services, judged: Judged) -> list[str]:
    question, reply = judged.question, judged.reply
    reasons = ["一条消息里的几个问题一起作答，没有单独的依据。"]
    decision = decide_again(services, reply)
    if decision is not None:
        reasons = explain(decision).splitlines()
    lines = [f"应当：{_wanted(judged)}", f"答成：{_short(reply.text)}", *reasons]
    kind = f"（{question['kind']}）" if question["kind"] else ""
    return [f"误答 {question['id']}{kind}：{_asked(judged)}", *(f"  {line}" for line in lines)]


def _wanted(judged: Judged) -> str:
    question = judged.question
    if question["expect"] not in (*ANSWERABLE, "safe"):
        return {"handoff": "转人工", "clarify": "反问"}.get(question["expect"], "不查知识库")
    facts = ["或".join(group) for group in question["facts"]]
    told = [f"说到 {'；'.join(facts)}"] if facts else []
    told += [f"用“{question['entry']}”作答"] if question["entry"] else []
    told += [f"不说 {'、'.join(question['forbidden'])}"] if question["forbidden"] else []
    return "；".join(told)


def _missed(judged: Judged) -> str:
    what = {"asked_back": "反问", "handed_over": "转人工"}.get(judged.verdict, "其他回复")
    rank = judged.outcome.rank
    place = f"正确内容排第 {rank + 1}" if rank is not None else "正确内容不在前五"
    sure = f"把握 {judged.outcome.confidence:.1%}"
    return f"  {what} {judged.question['id']}：{_asked(judged)}（{place}，{sure}）"


def _asked(judged: Judged) -> str:
    return judged.question.get("text") or " / ".join(judged.question["turns"])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}……"


def _count(judged: Sequence[Judged], *verdicts: str) -> int:
    return sum(each.verdict in verdicts for each in judged)


def _line(name: str, part: int, whole: int) -> str:
    share = f"{100 * part / whole:.1f}%" if whole else "—"
    return f"{name}：{share}（{part}/{whole}）"

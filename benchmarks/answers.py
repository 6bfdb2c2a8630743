"""Our own labelled questions, put to the assistant of a fresh install with the policies."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.results import render_table
from benchmarks.starter_store import POLICIES
from bot.evaluation import Judged, evaluate
from bot.labelled import ANSWERABLE, read_questions
from bot.services import Services, open_services
from bot.settings import Settings
from faq.golden import QUESTIONS
from knowledge.documents import import_file
from knowledge.regions import load_gazetteer
from retrieval.report import coverage_at, curve


async def answers_table() -> str:
    """The table of what becomes of the questions that decided nothing about weights or thresholds,
    and below it of those that did."""
    questions = read_questions(QUESTIONS)
    with tempfile.TemporaryDirectory() as folder:
        async with open_services(Settings(data_dir=Path(folder))) as services:
            await _import_policies(services)
            rows = [
                _row(part, await evaluate(services, [q for q in questions if q["set"] == part]))
                for part in ("held", "fit")
            ]
    header = ["set", "answered of the answerable", "right of the answered"]
    header += ["false answers on near misses", "handed over or asked back of what must be"]
    header += ["right one first / among 5", "answerable at 95 %"]
    return render_table("Starter pack with the five policy documents", header, rows)


async def _import_policies(services: Services) -> None:
    gazetteer = load_gazetteer()
    for path in sorted(POLICIES.glob("*.txt")):
        await services.database.write(
            import_file, path.read_bytes(), path.name, gazetteer, by="measuring"
        )
    await services.live.refresh()


def _row(part: str, judged: Sequence[Judged]) -> list[str]:
    able = [each for each in judged if each.question["expect"] in ANSWERABLE]
    unable = [each for each in judged if each.question["expect"] == "handoff"]
    near = [each for each in unable if each.outcome.near]
    answered = [each for each in judged if each.outcome.answered]
    ranks = [each.outcome.rank for each in able if each.findable]
    first, five = (sum(r is not None and r < most for r in ranks) for most in (1, 5))
    possible = coverage_at(curve([each.outcome for each in judged]), 0.95)
    return [
        f"{part} ({len(judged)})",
        _share([each.outcome.answered for each in able]),
        _share([each.verdict == "right" for each in answered]),
        _share([each.verdict == "wrong" for each in near]),
        _share([each.verdict != "wrong" for each in unable]),
        f"{first / len(ranks):.1%} / {five / len(ranks):.1%}",
        f"{possible:.1%}",
    ]


def _share(flags: Sequence[bool]) -> str:
    return f"{sum(flags) / len(flags):.1%} ({sum(flags)}/{len(flags)})"

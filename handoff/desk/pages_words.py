"""Trying a question with its explanation, and the curators' words."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from faq.words import add_word, check_word, find_standard, load_words, remove_word
from handoff.desk.auth import staff_guard
from handoff.desk.bench import Bench
from handoff.desk.context import Desk
from handoff.desk.explain import explain_question
from handoff.desk.forms import read_form
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.staff import Staff, check_role
from retrieval.places import UnknownRegion
from retrieval.segment import normalise
from retrieval.smalltalk import SmallTalk, small_talk
from storage import Transaction

_LONGEST_QUESTION = 500
_SMALL_TALK = "这是寒暄，不是问题：小海马回一句合适的话，不查知识库。"
_TALK: dict[SmallTalk, str] = {
    "person": "咨询人要求人工：小海马不查知识库，直接转人工。",
    "unsolved": "咨询人说没有解决：小海马转人工。",
    "noise": "里面没有一个词：小海马请咨询人写出问题。",
}


def router(desk: Desk, pages: Pages, bench: Bench) -> APIRouter:
    """`/desk/curation/try` and `/desk/curation/words`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    @routes.get("/desk/curation/try")
    async def try_question(request: Request, me: Me, q: str = "", region: str = "") -> Response:
        question = " ".join(q.split())[:_LONGEST_QUESTION]
        found, error, talk = None, "", small_talk(normalise(question)) if question else None
        try:
            code = _place(desk, question, region)
            if question and talk is None:
                found = await desk.database.read(explain_question, desk, question, code)
        except UnknownRegion as unknown:
            error = str(unknown)
        return pages.render(
            request,
            me,
            "try.html",
            code=422 if error else 200,
            question=question,
            region=region.strip(),
            known=_known(desk),
            found=found,
            error=error,
            talk=_TALK.get(talk, _SMALL_TALK) if talk else "",
            may=me.may("curator"),
        )

    async def show_words(request: Request, me: Staff, code: int = 200, **values: Any) -> Response:
        words, synonyms = await desk.database.read(load_words)
        plain = [word for word in words if word not in synonyms]
        shown = {"word": "", "standard": "", "before": None, "effect": None, "error": "", **values}
        return pages.render(
            request,
            me,
            "words.html",
            code=code,
            words=plain,
            synonyms=_by_standard(synonyms),
            may=me.may("curator"),
            **shown,
        )

    @routes.get("/desk/curation/words")
    async def words(request: Request, me: Me) -> Response:
        return await show_words(request, me)

    @routes.post("/desk/curation/words")
    async def change_words(request: Request, me: Me) -> Response:
        check_role(me, "curator")
        form = await read_form(request)
        word, standard = form.line("word"), form.line("standard")
        action, _, named = form.line("action").partition(":")
        try:
            if action == "preview":
                before = await desk.database.read(_look_up, word, standard)
                found = await bench.try_word(word, standard)
                return await show_words(
                    request, me, word=word, standard=standard, before=before, **found
                )
            if action == "remove":
                await desk.database.write(remove_word, named)
                return done("/desk/curation/words", "word-removed")
            await desk.database.write(add_word, word, standard or None, me.name)
        except REFUSALS as error:
            return await show_words(
                request, me, status_of(error), word=word, standard=standard, error=str(error)
            )
        return done("/desk/curation/words", "word-added")

    return routes


def _place(desk: Desk, question: str, region: str) -> str | None:
    """The code of the place given, else of the one place that the question names."""
    if region.strip():
        return desk.live.gazetteer.find(region.strip()).code
    named = desk.live.gazetteer.places(normalise(question))
    return named[0] if len(named) == 1 else None


def _known(desk: Desk) -> list[str]:
    gazetteer = desk.live.gazetteer
    return sorted(gazetteer[code].name for code in gazetteer.known)


def _look_up(tx: Transaction, word: str, standard: str) -> str | None:
    """What the word has meant so far, as `find_standard` says. Raises FaqError when it cannot be
    added so."""
    check_word(tx, word, standard or None)
    return find_standard(tx, word)


def _by_standard(synonyms: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Each standard word with what people say for it."""
    groups: dict[str, list[str]] = {}
    for word, standard in synonyms.items():
        groups.setdefault(standard, []).append(word)
    return sorted(groups.items())

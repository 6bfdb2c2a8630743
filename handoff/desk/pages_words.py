"""The curators' words: the dictionary and the synonyms."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from faq.words import (
    WordChange,
    add_word,
    check_word,
    find_removal,
    find_standard,
    load_word_log,
    load_words,
    remove_word,
)
from handoff.desk.auth import staff_guard
from handoff.desk.bench import Bench
from handoff.desk.context import Desk
from handoff.desk.forms import read_form
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.staff import Staff, check_role
from storage import Transaction


def router(desk: Desk, pages: Pages, bench: Bench) -> APIRouter:
    """`/desk/curation/words`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    async def show_words(request: Request, me: Staff, code: int = 200, **values: Any) -> Response:
        words, synonyms = await desk.database.read(load_words)
        plain = [word for word in words if word not in synonyms]
        shown = {
            "word": "",
            "standard": "",
            "before": None,
            "removal": None,
            "effect": None,
            "error": "",
            **values,
        }
        return pages.render(
            request,
            me,
            "words.html",
            code=code,
            words=plain,
            synonyms=_by_standard(synonyms),
            log=await desk.database.read(load_word_log),
            may=me.may("curator"),
            **shown,
        )

    @routes.get("/desk/curation/words")
    async def words(request: Request, me: Me, remove: str = "") -> Response:
        if not remove:
            return await show_words(request, me)
        check_role(me, "curator")
        try:
            removal = await desk.database.read(find_removal, remove)
        except REFUSALS as error:
            return await show_words(request, me, status_of(error), error=str(error))
        return await show_words(request, me, removal=removal, **await bench.try_word(removal))

    @routes.post("/desk/curation/words")
    async def change_words(request: Request, me: Me) -> Response:
        check_role(me, "curator")
        form = await read_form(request)
        word, standard = form.line("word"), form.line("standard")
        action, _, named = form.line("action").partition(":")
        try:
            if action == "preview":
                before = await desk.database.read(_look_up, word, standard)
                found = await bench.try_word(WordChange(word, standard or None))
                return await show_words(
                    request, me, word=word, standard=standard, before=before, **found
                )
            if action == "remove":
                await desk.database.write(remove_word, named, me.name)
                return done("/desk/curation/words", "word-removed")
            await desk.database.write(add_word, word, standard or None, me.name)
        except REFUSALS as error:
            return await show_words(
                request, me, status_of(error), word=word, standard=standard, error=str(error)
            )
        return done("/desk/curation/words", "word-added")

    return routes


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

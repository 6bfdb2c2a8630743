"""What the conversations suggest: proposals worked through with the keyboard, and fitting anew."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from faq.calibration import list_calibrations, restore_calibrations
from faq.entries import get_entry
from faq.errors import EntryNotFound
from faq.golden import VERDICT_NAMES
from faq.observations import KIND_NAMES as LABEL_NAMES
from faq.proposals import (
    KIND_NAMES,
    Proposal,
    dismiss,
    find_open,
    find_problem,
    get_proposal,
    list_decided,
    list_open,
)
from faq.refitting import accept, find_warning, keep_fit, propose_refit
from handoff.desk import wording
from handoff.desk.auth import staff_guard
from handoff.desk.bench import Bench
from handoff.desk.context import Desk
from handoff.desk.forms import read_form
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.desk.suggestions import name_passage
from handoff.errors import Invalid
from handoff.learning import collect_proposals
from handoff.staff import Staff, check_role
from storage import Transaction

_PATH = "/desk/learning"


def router(desk: Desk, pages: Pages, bench: Bench) -> APIRouter:
    """`/desk/learning`, with the effect of a proposal as a part of its own: it takes longer."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    async def show(request: Request, me: Staff, at: str, code: int = 200, **more: Any) -> Response:
        found = await desk.database.read(_load, at)
        shown = {"effect": None, "error": "", "text": None, **more}
        return pages.render(request, me, "learning.html", code=code, **(found | shown))

    @routes.get(_PATH)
    async def learning(request: Request, me: Me, at: str = "") -> Response:
        check_role(me, "curator")
        await collect_proposals(desk.database, desk.live)
        return await show(request, me, at)

    @routes.get(_PATH + "/{proposal_id}/effect")
    async def effect(request: Request, proposal_id: str, me: Me, text: str = "") -> Response:
        check_role(me, "curator")
        text = " ".join(text.split())[:300]
        proposal = await desk.database.read(get_proposal, proposal_id)
        text = text or proposal.text
        found = await bench.try_proposal(proposal, text) if proposal.status == "open" else {}
        return await show(request, me, proposal_id, text=text, **found)

    @routes.post(_PATH + "/refit")
    async def refit(request: Request, me: Me) -> Response:
        check_role(me, "curator")
        proposal_id = await desk.database.write(_ask_for_refit, desk)
        fitted = await bench.try_fit()
        await desk.database.write(keep_fit, proposal_id, fitted)
        return RedirectResponse(f"{_PATH}?at={proposal_id}", 303)

    @routes.post(_PATH + "/restore")
    async def restore(request: Request, me: Me) -> Response:
        check_role(me, "curator")
        version = (await read_form(request)).line("version")
        if not version.isdecimal() or len(version) > 9:
            raise Invalid(wording.UNEXPECTED)
        await desk.database.write(restore_calibrations, int(version), me.name)
        await desk.live.refresh()
        return done(_PATH, "restored")

    @routes.post(_PATH + "/{proposal_id}")
    async def decide(request: Request, proposal_id: str, me: Me) -> Response:
        check_role(me, "curator")
        form = await read_form(request)
        action, text = form.line("action"), form.line("text")
        try:
            following = await desk.database.read(_following, proposal_id)
            if action == "accept":
                _, ours = await desk.database.write(
                    accept, proposal_id, me.name, text, confirmed=form.line("confirmed") == "yes"
                )
                what = "learned" if ours else "learned-already"
            elif action == "dismiss":
                _, ours = await desk.database.write(dismiss, proposal_id, me.name)
                what = "unlearned" if ours else "unlearned-already"
            else:
                raise Invalid(wording.UNEXPECTED)
        except REFUSALS as error:
            return await show(
                request, me, proposal_id, status_of(error), error=str(error), text=text or None
            )
        await desk.live.refresh()
        return RedirectResponse(
            f"{_PATH}?done={what}" + (f"&at={following}" if following else ""), 303
        )

    return routes


def _load(tx: Transaction, at: str) -> dict[str, Any]:
    """The list, the proposal that is looked at, its neighbours, and what was decided last."""
    proposals, total = list_open(tx)
    place = next((n for n, each in enumerate(proposals) if each.id == at), 0)
    current = proposals[place] if proposals else None
    return {
        "rows": [_row(tx, each) for each in proposals],
        "total": total,
        "current": _detail(tx, current) if current else None,
        "before": proposals[place - 1].id if place else "",
        "after": proposals[place + 1].id if place + 1 < len(proposals) else "",
        "calibrations": list_calibrations(tx),
        "decided": [_row(tx, each) for each in list_decided(tx)],
        "labels": LABEL_NAMES,
        "verdicts": VERDICT_NAMES,
    }


def _row(tx: Transaction, proposal: Proposal) -> dict[str, Any]:
    return {
        "proposal": proposal,
        "kind": KIND_NAMES[proposal.kind],
        "target": _target_name(tx, proposal),
    }


def _detail(tx: Transaction, proposal: Proposal) -> dict[str, Any]:
    others = [
        {"title": named.title, "link": named.link, "counts": each["counts"]}
        for each in proposal.evidence.get("others", ())
        if (named := name_passage(tx, each["passage_id"])) is not None
    ]
    trial = proposal.evidence.get("trial")
    return {
        **_row(tx, proposal),
        "problem": find_problem(tx, proposal),
        "others": others,
        "trial": trial,
        "warning": find_warning(trial["figures"]) if trial else "",
    }


def _target_name(tx: Transaction, proposal: Proposal) -> str:
    """What it is proposed for: the entry's standard question, or the standard word."""
    if proposal.kind == "synonym":
        return proposal.target
    if proposal.kind != "similar":
        return ""
    try:
        return get_entry(tx, proposal.target).content.standard_question
    except EntryNotFound:
        return ""


def _following(tx: Transaction, proposal_id: str) -> str:
    """The proposal to look at when this one is decided; "" when it is the last."""
    ids = [each.id for each in list_open(tx)[0]]
    if proposal_id not in ids:
        return ""
    place = ids.index(proposal_id)
    return (ids[place + 1 :] or ids[:place] or [""])[0]


def _ask_for_refit(tx: Transaction, desk: Desk) -> str:
    """The open proposal to fit anew; made when there is none."""
    phrasings = sum(len(passage.questions) for passage in desk.live.passages())
    propose_refit(tx, phrasings, by_hand=True)
    return find_open(tx, "refit", "refit")[0].id

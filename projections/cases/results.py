"""The result: numbered, rendered, on its way to the applicant, delivered; the package closed."""

from __future__ import annotations

from msgspec.structs import replace

from domain.case import facts as f
from domain.effects.parcels import ParcelTracked
from projections.cases.view import At, CaseView, Family, Handling
from projections.documents import Archive, Delivery, ParcelEvent, Result, Text, VoidedResult


def _issued(fact: f.ResultIssued, view: CaseView, at: At) -> CaseView:
    result = at.item(view).result
    name = Text(result.name_zh, result.name_en)
    issued = Result(fact.document_number, fact.verification_code, at.when, rendered=False, name=name)
    return replace(view, result=issued, done=at.done(view, "issue"))


def _rendered(_: f.ResultRendered, view: CaseView, __: At) -> CaseView:
    return replace(view, result=replace(view.result, rendered=True)) if view.result else view


def _asked(_: f.DispatchRequested, view: CaseView, __: At) -> CaseView:
    return replace(view, post_uncertain=False)


def _uncertain(fact: f.EffectUncertain, view: CaseView, _: At) -> CaseView:
    return replace(view, post_uncertain=True) if fact.channel == "post" else view


def _posted(fact: f.CasePosted, view: CaseView, at: At) -> CaseView:
    sent = replace(
        view.sent,
        carrier=fact.carrier,
        tracking_number=fact.tracking_number,
        posted_at=at.when,
        returned_at=None,
        returned_why="",
        events=(),
    )
    return replace(view, sent=sent, post_uncertain=False)


def _tracked(fact: ParcelTracked, view: CaseView, _: At) -> CaseView:
    if fact.tracking_number != view.sent.tracking_number:
        return view
    sent = replace(view.sent, events=(*view.sent.events, ParcelEvent(fact.event, fact.at)))
    return replace(view, sent=sent)


def _came_back(fact: f.PostReturned, view: CaseView, at: At) -> CaseView:
    return replace(view, sent=replace(view.sent, returned_at=at.when, returned_why=fact.why))


def _delivered(fact: f.CaseDelivered, view: CaseView, at: At) -> CaseView:
    sent = replace(
        view.sent, method=fact.method, delivered_at=at.when, receiver=fact.receiver, receiver_name=at.text("name")
    )
    return replace(view, sent=sent, reached=at.reached(view, "delivered"), done=at.done(view, "deliver"))


def _voided(fact: f.ResultVoided, view: CaseView, at: At) -> CaseView:
    """The paper does not count any more; another one will have a number of its own, and goes its own way."""
    code = view.result.verification_code if view.result else ""
    void = VoidedResult(fact.document_number, code, at.when, at.text("words"))
    return replace(
        view,
        result=None,
        result_void=(*view.result_void, void),
        sent=Delivery(""),
        post_uncertain=False,
        reached={step: moment for step, moment in view.reached.items() if step != "delivered"},
        done={id: done for id, done in view.done.items() if id not in ("issue", "deliver")},
    )


def _reprinted(fact: f.ResultReprinted, view: CaseView, _: At) -> CaseView:
    return replace(view, result=replace(view.result, prints=fact.copy)) if view.result else view


def _archived(fact: f.CaseArchived, view: CaseView, at: At) -> CaseView:
    archive = Archive(at.when, fact.digest, fact.leaves, fact.retention_class, fact.retain_until)
    return replace(view, archive=archive)


FAMILY: Family = {
    f.ResultIssued: Handling(_issued, values=("document_number",)),
    f.ResultRendered: Handling(_rendered, in_timeline=False),
    f.DispatchRequested: Handling(_asked, in_timeline=False),
    f.EffectClaimed: Handling(in_timeline=False),
    f.EffectUncertain: Handling(_uncertain),
    f.CasePosted: Handling(_posted, values=("carrier", "tracking_number")),
    ParcelTracked: Handling(_tracked, in_timeline=False),
    f.CaseDelivered: Handling(_delivered, values=("method",)),
    f.ResultVoided: Handling(_voided, values=("document_number",)),
    f.ResultReprinted: Handling(_reprinted, values=("copy",)),
    f.PostReturned: Handling(_came_back, values=("why",)),
    f.CaseArchived: Handling(_archived),
}

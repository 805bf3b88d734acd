"""Papers as people see them: verdicts on pages, copies, registers, promises, evidence, links."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from domain.case import commands as c
from domain.vault.vault import WithdrawCopy, vault_stream
from tests.cast import CASE, CENTRE, FATHER, HARDSHIP, LEASE, LI, SUN, WANG, ZHOU, Clock, Filing, page_of
from tests.domain.case.desk import ACCEPT_HARDSHIP, DEFECT_MATERIAL, REJECTION, TWIN
from tests.projections.conftest import Followed

PAGE = page_of(CASE, DEFECT_MATERIAL)


def page_with(body: dict[str, Any], file: UUID) -> dict[str, Any]:
    return next(page for page in body["pages"] if page["file"] == str(file))


def decided(followed: Followed, command: c.DecideCase) -> None:
    followed.do(c.AcceptCase(), by=ZHOU)
    followed.do(c.ReviewCase(), by=LI)
    assert followed.do(command, by=WANG).verdict == "applied"


def test_a_page_shows_what_was_found_of_it_and_by_whom(followed: Followed) -> None:
    followed.receive()
    bad = c.VerdictOn(PAGE.id, good=False, code="unreadable", words="第1页看不清")
    followed.do(c.VerifyPages(verdicts=(bad,)), by=ZHOU)

    page = page_with(followed.body("status"), PAGE.id)

    assert page["verdict"] == {
        "good": False,
        "code": "unreadable",
        "words": "第1页看不清",
        "expires_on": None,
        "at": "2026-11-23T02:00:00Z",
        "by_name": "Zhoumin",
    }
    followed.do(c.VerifyPages(verdicts=(c.VerdictOn(PAGE.id, good=True, expires_on=date(2030, 1, 1)),)), by=ZHOU)
    again = page_with(followed.body("status"), PAGE.id)["verdict"]
    assert (again["good"], again["words"], again["expires_on"]) == (True, "", "2030-01-01")


def test_a_look_up_shows_which_register_said_what(followed: Followed) -> None:
    followed.receive(Filing(HARDSHIP))
    material = ACCEPT_HARDSHIP.checked[0]
    known = {"name": "陈志远"}
    for look_up in (
        c.RecordLookUp(material=material, register="人口库", outcome="unavailable", result={}),
        c.RecordLookUp(material=material, register="人口库", outcome="found", result=known),
    ):
        followed.centre.by_itself(look_up, lane=CASE)

    first, second = followed.body("status")["look_ups"]

    assert (first["outcome"], first["result"]) == ("unavailable", {})
    assert (second["outcome"], second["result"]) == ("found", known)
    assert second["material_name"]["zh"] == next(m.name_zh for m in HARDSHIP.materials if m.id == material)


def test_what_was_checked_once_is_in_the_vault_and_serves_the_next_case(followed: Followed, clock: Clock) -> None:
    followed.receive()
    checked = tuple(dict.fromkeys(page.material for page in Filing().command.pages))
    followed.do(c.AcceptCase(checked=checked), by=ZHOU)
    vault = str(vault_stream(FATHER.id))
    followed.settle()
    copies = followed.body("vault", UUID(vault))["copies"]
    kept = {copy["material_type"]: copy for copy in copies}
    reusable = next(m for m in LEASE.materials if m.reuse_days and m.type in kept)
    clock.advance(days=1)
    filing = Filing(case=TWIN)
    without = tuple(page for page in filing.command.pages if page.material != reusable.id)
    copy = c.CopyFor(UUID(kept[reusable.type]["copy"]), reusable.id)
    followed.do(replace(filing.command, pages=without, copies=(copy,)), by=FATHER, case=TWIN, files=filing.files)
    body = followed.body("status", TWIN)

    assert kept[reusable.type]["name"]["zh"]
    assert kept[reusable.type]["case"] == str(CASE)
    (used,) = body["copies"]
    assert (used["copy"], used["material_name"]["zh"]) == (str(copy.copy), reusable.name_zh)
    assert {page_with(body, UUID(file))["origin"] for file in used["files"]} == {"copy"}
    assert {page_with(body, UUID(file))["state"] for file in used["files"]} == {"stored"}
    assert {page["origin"] for page in body["pages"] if page["material"] != reusable.id} == {"filing"}

    followed.do(WithdrawCopy(copy=copy.copy), by=FATHER, case=UUID(vault))
    left = followed.body("vault", UUID(vault))["copies"]
    assert [one["copy"] for one in left] == [one["copy"] for one in copies if one["copy"] != str(copy.copy)]
    held = followed.reader.page([f"person:{FATHER.id}"], (0, "")).rows
    assert vault in {row.id for row in held if row.kind == "vault"}


def test_a_copy_that_a_clerk_attaches_takes_the_place_of_a_bad_page_and_says_who_agreed_to_what(
    followed: Followed,
) -> None:
    followed.receive()
    followed.do(c.AcceptCase(checked=("lessee-id",)), by=ZHOU)
    (copy,) = followed.body("vault", vault_stream(FATHER.id))["copies"]
    followed.receive(Filing(case=TWIN), case=TWIN)
    photo = next(p.file for p in Filing(case=TWIN).command.pages if p.material == "lessee-id")
    glare = c.VerdictOn(photo, good=False, code="unreadable", words="反光")
    followed.do(c.VerifyPages(verdicts=(glare,)), by=ZHOU, case=TWIN)
    attach = c.AttachCopy(material="lessee-id", copy=UUID(copy["copy"]), agreement="in-person")
    assert followed.do(attach, by=ZHOU, case=TWIN).verdict == "applied"

    body = followed.body("status", TWIN)

    (used,) = body["copies"]
    assert (used["attached_by"], used["agreement"], used["copy"]) == ("Zhoumin", "in-person", copy["copy"])
    shown = [(page["file"], page["state"], page["origin"]) for page in body["pages"] if page["material"] == "lessee-id"]
    assert shown == [(str(photo), "replaced", "filing"), *((file, "stored", "copy") for file in used["files"])]
    assert "copy.reused" in [moment["tag"] for moment in body["timeline"]]


def test_a_register_that_is_asked_once_more_shows_until_it_answers(followed: Followed) -> None:
    followed.receive(Filing(HARDSHIP))
    material = ACCEPT_HARDSHIP.checked[0]
    look_up = c.RecordLookUp(material=material, register="人口库", outcome="unavailable", result={})
    followed.centre.by_itself(look_up, lane=CASE)
    followed.do(c.ClaimCase(), by=ZHOU)
    followed.do(c.AskRegister(material=material), by=ZHOU)
    asked, told = followed.body("case")["view"]["look_ups"], followed.body("status")["look_ups"]
    followed.do(c.SendMessage(text="户口簿我们再查一次"), by=ZHOU)
    told_later = followed.body("status")["look_ups"]
    followed.centre.by_itself(replace(look_up, outcome="found", result={"name": "陈志远"}), lane=CASE)
    answered = followed.body("status")

    assert [one["outcome"] for one in asked] == ["unavailable", "asked"]
    assert told == told_later, "the applicant is told of the answer, not of the question, whatever else is told"
    assert [one["outcome"] for one in answered["look_ups"]] == ["unavailable", "found"]
    assert "register.asked" not in [moment["tag"] for moment in answered["timeline"]]


def test_evidence_after_a_decision_brings_the_case_back_to_the_lead_until_somebody_has_looked(
    followed: Followed,
) -> None:
    followed.receive()
    decided(followed, REJECTION)
    followed.settle()
    assert followed.reader.rows_of("office:street", "queue") == []
    ref = page_of(CASE, DEFECT_MATERIAL, take=3)
    more = c.SupplementCase(pages=(c.PageOf(ref.id, DEFECT_MATERIAL, 1),), reply="新合同")
    followed.do(more, by=FATHER, files=[ref])
    followed.store(ref)
    waiting, row = followed.body("status"), followed.body("queue")
    followed.do(c.RefuseReopening(reason="合同仍已过期"), by=SUN)
    looked_at = followed.body("status")
    followed.settle()

    (evidence,) = waiting["evidence"]
    assert (evidence["outcome"], evidence["reply"], evidence["files"]) == ("waiting", "新合同", [str(ref.id)])
    assert page_with(waiting, ref.id)["origin"] == "evidence"
    assert (row["evidence"], row["waiting_for"], row["status"]) == (True, "lead", "rejected")
    assert looked_at["evidence"][0] | {"outcome": "unchanged", "words": "合同仍已过期"} == looked_at["evidence"][0]
    assert followed.reader.rows_of("office:street", "queue") == []


def test_a_page_in_review_that_cannot_be_used_is_asked_for_again_and_gives_way(followed: Followed) -> None:
    followed.receive()
    followed.do(c.AcceptCase(), by=ZHOU)
    spoilt, again = (page_of(CASE, DEFECT_MATERIAL, take=n) for n in (3, 4))
    followed.do(c.SupplementCase(pages=(c.PageOf(spoilt.id, DEFECT_MATERIAL, 1),)), by=FATHER, files=[spoilt])
    reject = c.RejectFile(file=spoilt, reason="undecodable", uploaded_by=FATHER.id)
    followed.centre.by_itself(reject, lane=CASE)
    broken = followed.body("status")
    retaken = c.SupplementCase(pages=(c.PageOf(again.id, DEFECT_MATERIAL, 1),), replaces=(spoilt.id,))
    followed.do(retaken, by=FATHER, files=[again])
    followed.store(again)
    mended = followed.body("status")

    assert (page_with(broken, spoilt.id)["state"], broken["turn"]) == ("rejected", "you")
    assert (page_with(mended, spoilt.id)["state"], mended["turn"]) == ("replaced", "office")
    assert page_with(mended, again.id)["state"] == "stored"


def test_a_page_that_cannot_be_used_is_nobodys_turn_once_the_case_is_decided_or_in_the_archive(
    followed: Followed,
) -> None:
    followed.receive()
    followed.do(c.AcceptCase(), by=ZHOU)
    spoilt = page_of(CASE, DEFECT_MATERIAL, take=3)
    followed.do(c.SupplementCase(pages=(c.PageOf(spoilt.id, DEFECT_MATERIAL, 1),)), by=FATHER, files=[spoilt])
    reject = c.RejectFile(file=spoilt, reason="undecodable", uploaded_by=FATHER.id)
    followed.centre.by_itself(reject, lane=CASE)
    turns = [followed.body("status")["turn"]]
    followed.do(c.ReviewCase(), by=LI)
    followed.do(REJECTION, by=WANG)
    turns.append(followed.body("status")["turn"])
    followed.centre.by_itself(c.ArchiveCase(digest="a" * 64, leaves=12), lane=CASE)
    archived = followed.body("status")

    assert (archived["status"], page_with(archived, spoilt.id)["state"]) == ("archived", "rejected")
    assert [*turns, archived["turn"]] == ["you", "done", "done"]


def test_a_case_taken_up_again_goes_on_without_its_old_decision(followed: Followed) -> None:
    followed.receive()
    decided(followed, REJECTION)
    followed.do(c.SupplementCase(reply="新合同在路上"), by=FATHER)
    followed.do(c.ReopenCase(reason="新合同有效"), by=SUN)

    body = followed.body("status")

    assert (body["status"], body["decision"], body["turn"]) == ("accepted", None, "office")
    assert [(one["status"], one["words"], one["by_name"]) for one in body["reopened"]] == [
        ("accepted", "新合同有效", "Sunhao")
    ]
    assert [one["outcome"] for one in body["evidence"]] == ["reopened"]
    assert [step["state"] for step in body["steps"] if step["id"] == "decided"] == ["now"]


def test_an_upload_link_says_what_it_asks_for_and_when_it_was_used(followed: Followed, clock: Clock) -> None:
    filing = Filing()
    opened = c.OpenCase(item_id=LEASE.id, item_version=LEASE.version, channel="phone", answers=filing.command.answers)
    followed.do(opened, by=ZHOU)
    materials = tuple({page.material for page in filing.command.pages})
    followed.do(c.MakeUploadLink(token_hash="a" * 64, materials=materials), by=ZHOU)
    body = followed.body("status")
    (link,) = body["links"]
    clock.advance(hours=1)
    hand_in = c.HandInByLink(
        link=UUID(link["id"]),
        token_hash="a" * 64,
        pages=filing.command.pages,
        declarations=filing.command.declarations,
    )
    handed_in = followed.centre.submit(followed.call(hand_in, by=CENTRE, files=filing.files)).result(60)

    assert (body["channel"], body["opened_by_name"]) == ("phone", "Zhoumin")
    assert (link["used_at"], link["materials"], link["by_name"]) == (None, list(materials), "Zhoumin")
    assert handed_in.verdict == "applied", handed_in
    assert followed.body("status")["links"][0]["used_at"] == "2026-11-23T03:00:00Z"

"""The papers of a case: what each says, that rare names are printed, and who may read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from domain.case import commands as c
from domain.case import facts as f
from domain.effects.papers import PaperKind, PaperRendered, papers_stream
from store.files import FileErased, FileStore
from store.keys import KeyDestroyed
from store.places import FolderPlaces
from tests.app.printed import printed
from tests.app.timely import TimelyTown
from tests.cast import HARDSHIP, LEASE
from web.results.press import Press

RARE = ["王䶮", "孙𬭳", "买买提·吐尔逊"]


class Printery:
    """A town with a press."""

    def __init__(self, folder: Path) -> None:
        self.town = TimelyTown(folder)
        self.files = FileStore(FolderPlaces(folder / "centre" / "files"), self.town.centre.vault)

    def press(self) -> None:
        """Render everything that the log asks for."""
        Press(self.town.centre, self.files, address="https://doorstep.example.cn").catch_up()

    def papers(self, case: UUID) -> dict[PaperKind, str]:
        """The text of each paper of a case; the last one of a kind."""
        self.press()
        rendered = self.town.facts(papers_stream(case), PaperRendered)
        return {PaperKind(one.kind): printed(self.files.read(one.address)) for one in rendered}

    def close(self) -> None:
        """Close the town."""
        self.town.close()


@pytest.fixture
def printery(tmp_path: Path) -> Iterator[Printery]:
    with closing(Printery(tmp_path)) as printery:
        yield printery


@pytest.mark.parametrize("name", RARE)
def test_a_receipt_slip_lists_the_papers_and_prints_rare_names(printery: Printery, name: str) -> None:
    case = printery.town.file(LEASE, applicant_name=name)

    receipt = printery.papers(case)[PaperKind.RECEIPT]

    assert "收件凭证（示例）" in receipt
    assert name in receipt
    assert printery.town.case(case).filing_number in receipt
    assert "房屋租赁合同" in receipt
    assert "不等于受理" in receipt


def test_an_acceptance_letter_names_the_number_and_both_limits(printery: Printery) -> None:
    case = printery.town.accepted()
    state = printery.town.case(case)
    assert state.promised is not None

    letter = printery.papers(case)[PaperKind.ACCEPTANCE]

    assert "受理通知书（示例）" in letter
    assert state.case_number is not None
    assert state.case_number in letter
    assert _day(state.promised.on) in letter
    assert "决定予以受理" in letter


def test_a_deemed_acceptance_says_so_and_since_when(printery: Printery) -> None:
    town = printery.town
    case = town.lease()
    notice = town.case(case).notice
    assert notice is not None
    town.hours.move_to(notice.at + timedelta(seconds=1))
    town.centre.by_itself(c.DeemAccepted(), lane=case)

    letter = printery.papers(case)[PaperKind.ACCEPTANCE]

    assert "自收到材料之日（2026年11月23日）起视为受理" in letter
    assert "逾期视为受理" in letter


def test_a_correction_notice_lists_every_defect_with_its_page_and_the_date(printery: Printery) -> None:
    town = printery.town
    case = town.lease()
    pages = town.case(case).pages[:2]
    words = ["房产证照片反光，看不清编号", "合同缺少签字页"]
    defects = tuple(
        c.DefectFound(material=page.material, file=page.file, code="unreadable", words=said)
        for page, said in zip(pages, words, strict=True)
    )
    town.do(c.RequestCorrection(defects=defects), case, "zhoumin")
    respond_by = town.case(case).respond_by
    assert respond_by is not None

    notice = printery.papers(case)[PaperKind.CORRECTION]

    assert "一次性补正告知书（示例）" in notice
    assert [said for said in words if said not in notice] == []
    assert notice.count("第1页") == 2 + 1  # and the sheet's own number
    assert _day(respond_by.on) in notice


def test_declining_and_redirecting_say_why_and_what_can_be_done(printery: Printery) -> None:
    town = printery.town
    declined, redirected = town.lease(), town.lease()
    town.do(c.DeclineCase(reason="房屋不在本街道辖区", remedy="请到江岸街道办理"), declined, "zhoumin")
    redirect = c.RedirectCase(office="江岸街道政务服务中心", reason="属地管辖", how="电话 027-11111111")
    town.do(redirect, redirected, "zhoumin")

    decline = printery.papers(declined)[PaperKind.DECLINE]
    told = printery.papers(redirected)[PaperKind.REDIRECT]

    for said in ("不予受理决定书", "房屋不在本街道辖区", "请到江岸街道办理", "六十日内", "六个月内"):
        assert said in decline
    for said in ("告知转办通知书", "江岸街道政务服务中心", "属地管辖", "027-11111111"):
        assert said in told


def test_more_time_and_a_special_procedure_are_told_with_their_new_dates(printery: Printery) -> None:
    town = printery.town
    case = town.accepted()
    worker = town.reviewer(case)
    begin = c.BeginProcedure(kind="appraisal", basis="第四十五条", ends_on=date(2026, 11, 27), notice="鉴定预计五天")
    town.do(begin, case, worker)
    town.do(c.EndProcedure(procedure=next(iter(town.case(case).procedures))), case, worker)
    town.do(c.AskExtension(working_days=5, reason="材料需要外地核实"), case, worker)
    town.do(c.AnswerExtension(approved=True, reason="材料需要外地核实"), case, "sunhao")
    promised = town.case(case).promised
    assert promised is not None

    papers = printery.papers(case)

    assert "特别程序告知书" in papers[PaperKind.PROCEDURE]
    assert "鉴定预计五天" in papers[PaperKind.PROCEDURE]
    assert "2026年11月27日" in papers[PaperKind.PROCEDURE]
    assert "延长5个工作日" in papers[PaperKind.EXTENSION]
    assert "材料需要外地核实" in papers[PaperKind.EXTENSION]
    assert _day(promised.on) in papers[PaperKind.EXTENSION]


def test_a_refusal_prints_reason_basis_and_remedies(printery: Printery) -> None:
    town = printery.town
    case = town.accepted()
    while (state := town.case(case)).reviews_done < len(HARDSHIP.steps("review")):
        town.do(c.ReviewCase(), case, town.reviewer(case))
    assert state.status == "accepted"
    words = {"reason": "登记失业不满六个月", "basis": "就业促进法第五十二条", "remedies": "可向区人社局复核"}
    decide = c.DecideCase(outcome="rejected", **words)
    town.do(decide, case, "wangfang")

    decision = printery.papers(case)[PaperKind.DECISION]

    for said in ("不予办理决定书", *words.values(), "六十日内", "六个月内"):
        assert said in decision


def test_a_voided_result_and_a_second_print_are_marked_and_the_envelope_has_a_label(printery: Printery) -> None:
    town = printery.town
    case = town.issued(delivery_method="mail")
    town.do(c.ReprintResult(reason="原件遗失"), case, "chenjing")
    town.do(c.DispatchResult(), case, "chenjing")
    town.do(c.VoidResult(reason="姓名打错"), case, "chenjing")

    papers = printery.papers(case)

    assert "补打第2份" in papers[PaperKind.COPY]
    assert "作废" in papers[PaperKind.VOID]
    number = town.facts(case, f.ResultIssued)[0].document_number
    assert number in papers[PaperKind.VOID]
    label = papers[PaperKind.LABEL]
    assert "寄件" in label
    assert number in label


def test_a_paper_is_rendered_once_whatever_is_repeated(printery: Printery) -> None:
    case = printery.town.lease()

    printery.press()
    printery.press()

    assert [one.kind for one in printery.town.facts(papers_stream(case), PaperRendered)] == ["receipt"]


def test_papers_go_with_the_key_of_the_applicant(printery: Printery) -> None:
    case = printery.town.lease()
    printery.press()
    (paper,) = printery.town.facts(papers_stream(case), PaperRendered)

    printery.town.centre.vault.destroy(printery.town.person)

    with pytest.raises((FileErased, KeyDestroyed)):
        printery.files.read(paper.address)


async def test_applicant_and_staff_read_papers_and_strangers_do_not(tmp_path: Path) -> None:
    with closing(TimelyTown(tmp_path)) as town:
        case = town.lease()
        async with town.running():
            await town.fact(papers_stream(case), PaperRendered)
            mine, stranger = await town.resident_browser(), await town.resident_browser("13800000002")
            listed = (await mine.get(f"/api/cases/{case}/papers")).json()["papers"]
            (paper,) = listed
            address = f"/api/cases/{case}/papers/{paper['position']}/receipt.pdf"
            read, refused = await mine.get(address), await stranger.get(address)
            again = await mine.get(address, headers={"if-none-match": read.headers["etag"]})
            missing = await mine.get(f"/api/cases/{case}/papers/{paper['position']}/decision.pdf")

    assert (read.status_code, read.headers["content-type"]) == (200, "application/pdf")
    assert "收件凭证" in printed(read.content)
    assert (refused.status_code, again.status_code, missing.status_code) == (404, 304, 404)


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"

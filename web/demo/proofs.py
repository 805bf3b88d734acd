"""Cases that show the papers: promised, looked up, used again, out of date, declared instead of proved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from domain.case import commands as c
from web.demo.people import FENG, HAN, HE, HUANG, LI, PENG, WU, XU, ZHENG, ZHOU
from web.demo.story import Cast, Story

AID = "temporary-assistance"
PENSION = "resident-pension-claim"
ENROL = "resident-medical-enrol"
REMOTE = "remote-medical-filing"
ALIVE = "benefit-living-certification"
ACCOUNT = "bank-account-proof"
REGISTER = "公安人口库（示例）"


def papers(cast: Cast) -> Iterator[Story]:
    """One case for each way in which a paper can be there or not."""
    yield from _promised(cast)
    yield from _looked_up(cast)
    yield from _asked_again(cast)
    yield from _used_again(cast)
    yield from _declared(cast)


def _promised(cast: Cast) -> Iterator[Story]:
    """Accepted with a gap 容缺: one is open, one was closed in time."""
    diary, later = cast.diary, ("hardship-evidence",)
    yield (
        Story(cast, "gap open", AID, ZHOU, diary.at(3, "10:20"), cause="illness", emergency=False)
        .file(later=later)
        .accept(hours=1, gaps=later)
        .review(hours=6, opinion="住院属实，出院小结下周补。")
    )
    yield (
        Story(cast, "gap closed", AID, XU, diary.at(6, "09:50"), cause="illness", emergency=False)
        .file(later=later)
        .accept(hours=1, gaps=later)
        .review(hours=7, opinion="入户看过，情况属实。")
        .supply("hardship-evidence", at=diary.at(3, "20:40"))
        .on(diary.at(2, "09:30"))
        .then(c.CloseGap(material="hardship-evidence", outcome="supplied"), "zhoumin", hours=0.3)
        .review(hours=4, opinion="缺的病历已补，金额核过。")
    )


def _looked_up(cast: Cast) -> Iterator[Story]:
    """One register knows the person, another does not, so that the paper is asked for after all."""
    diary = cast.diary
    yield (
        Story(cast, "register found", PENSION, LI, diary.at(3, "16:00"))
        .file()
        .look_up("household-register", REGISTER, "found", name=LI.name, address=LI.address["text"])
        .look_up("si-payment-record", "社保缴费库（示例）", "found", name=LI.name, paid_months="186")
        .accept(hours=1)
        .note("缴费分两段，先核合并后的年限。", hours=0.5)
        .review(hours=4, opinion="缴费满15年，银行账户为本人。")
    )
    yield (
        Story(
            cast,
            "register empty",
            "one-child-certificate-reissue",
            HAN,
            diary.at(2, "19:30"),
            child_birth_date="1998-05-20",
        )
        .file()
        .look_up("household-register", REGISTER, "found", name=HAN.name)
        .look_up("marriage-record", "婚姻登记库（示例）", "not-found")
        .ask(
            ("marriage-record", 0, "missing", "婚姻登记库里没有查到您的记录，请拍结婚证内页上传。"),
            at=diary.at(1, "09:50"),
        )
    )


def _asked_again(cast: Cast) -> Iterator[Story]:
    """The register did not answer at first; a colleague has it asked once more, and the paper need not be brought."""
    yield (
        Story(cast, "register asked again", PENSION, WU, cast.diary.at(1, "15:10"))
        .file()
        .look_up("household-register", REGISTER, "unavailable")
        .look_up("si-payment-record", "社保缴费库（示例）", "found", name=WU.name, paid_months="204")
        .then(c.AskRegister(material="household-register"), "zhoumin", hours=0.5)
        .look_up("household-register", REGISTER, "found", name=WU.name, address=WU.address["text"])
        .accept(hours=0.3)
    )


def _used_again(cast: Cast) -> Iterator[Story]:
    """No paper asked twice, nor one whose checked copy a clerk finds; a copy that ran out is refused, and replaced."""
    diary = cast.diary
    first = Story(cast, "enrolled before", ENROL, HE, diary.at(25, "10:10")).file().accept().decide()
    yield first.issue().deliver("electronic", hours=0.1)
    yield (
        Story(cast, "reused", "employment-certificate", HE, diary.at(2, "21:15"), delivery_method="pickup")
        .file(copies={"id-card": first.copy_of("id-card")})
        .accept(at=diary.at(1, "09:25"))
        .decide()
        .issue()
    )
    benefit = Story(cast, "a day late", "unemployment-benefit", HUANG, diary.now)
    copy = benefit.copy_of(ACCOUNT)
    yield (
        Story(cast, "copy attached", AID, HUANG, diary.at(2, "20:50"), cause="illness", emergency=False)
        .file(unreadable=ACCOUNT)
        .on(diary.at(1, "09:40"))
        .find_bad(ACCOUNT, "unreadable", "银行卡照片模糊，卡号看不清。")
        .then(c.AttachCopy(material=ACCOUNT, copy=copy, agreement="by-phone"), "zhoumin", hours=0.1)
        .note("电话征得本人同意，用他上周失业金申请里核过的那张银行卡。")
        .accept(hours=0.1)
    )
    ran_out = diary.workday(12)
    old = Story(cast, "card ran out", ENROL, HAN, diary.at(26, "14:00")).file()
    old.check_pages(expires={"id-card": ran_out - timedelta(days=1)}).accept().decide()
    yield old.issue().deliver("electronic", hours=0.1)
    yield (
        Story(cast, "copy expired", REMOTE, HAN, diary.fresh(0.25), use_commitment=True)
        .file(copies={"id-card": old.copy_of("id-card")}, refused="copy-expired")
        .on(diary.fresh(0.3))
        .file()
    )


def _declared(cast: Cast) -> Iterator[Story]:
    """A commitment in place of a paper 告知承诺, and one person who accepts and decides."""
    diary = cast.diary
    yield (
        Story(cast, "commitment verified", REMOTE, FENG, diary.at(8, "11:20"), use_commitment=True)
        .file()
        .accept()
        .decide()
        .issue()
        .deliver("electronic", hours=0.1)
        .then(
            c.VerifyCommitment(material="truth-commitment", true=True, findings="与医保平台居住信息一致。"),
            "zhoumin",
            hours=9,
        )
    )
    for name, person, back in (("one person", PENG, 5), ("one person sampled", ZHENG, 9)):
        story = Story(cast, name, ALIVE, person, diary.at(back, "10:40"), clerk="jiangxue").file()
        story.accept().then(c.ReviewCase(), "jiangxue", hours=0.1)
        story.then(c.DecideCase(outcome="granted"), "jiangxue", hours=0.1)
        if name.endswith("sampled"):
            story.then(c.SampleCase(sound=True, findings="视频认证清晰，结论正确。"), "sunhao", hours=14)
        yield story

"""Cases that show how colleagues share the work: handed over, taken away, returned to a substitute, opened by phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from domain.case import commands as c
from domain.staff.absence import BeAbsent
from web.demo.people import AYGUL, CHEN, ELENA, HAN, MAI, OUYANG, PENG, SUN, WANG, XU
from web.demo.story import Cast, Chain, Story

LEASE = "house-lease-filing"
DAYS_AWAY = 4
RIDER = "flexible-employment-registration"
SHOP = "individual-business-registration"


def shared_work(cast: Cast) -> Iterator[Story | Chain]:
    """Everything that concerns who works on a case, and how words pass between people."""
    yield from _between_clerks(cast)
    yield from _while_away(cast)
    yield _by_phone(cast)
    yield from _filed_twice(cast)
    yield from _words(cast)


def _between_clerks(cast: Cast) -> Iterator[Story]:
    diary, staff = cast.diary, cast.staff
    yield (
        Story(cast, "lease handed over", LEASE, MAI, diary.at(1, "13:20"), delivery_method="mail")
        .file()
        .claim(hours=1)
        .then(c.HandOver(to=staff["hexin"].id, words="租客下午五点前要来电话，请你接着办。"), "zhoumin", hours=0.2)
    )
    yield (
        Story(cast, "claim broken", "unemployment-registration", HAN, diary.at(2, "20:05"))
        .file()
        .on(diary.at(1, "09:20"))
        .claim("tangli", hours=0.1)
        .then(c.BreakClaim(reason="唐莉今天外出培训，当天件不能等。"), "sunhao", hours=5)
    )
    yield (
        Story(
            cast, "aid handed back", "temporary-assistance", SUN, diary.at(3, "09:10"), cause="illness", emergency=False
        )
        .file()
        .accept(hours=0.5)
        .review(hours=5, opinion="入户看过，一人在家休养。")
        .then(c.HandBack(reason="入户记录没有邻居签字，请补签后再送。"), "litao", hours=4)
    )


def _while_away(cast: Cast) -> Iterator[Story | Chain]:
    """A clerk is away; what had gone out for correction comes back to the substitute."""
    diary = cast.diary
    away = cast.staff["jiangxue"]
    absent = BeAbsent(
        first=diary.workday(1), last=diary.today + timedelta(days=DAYS_AWAY), substitute=cast.staff["zhoumin"].id
    )
    yield Chain("jiangxue is away").do(away.id, absent, away, at=diary.at(2, "16:40"))
    yield (
        Story(cast, "back to the substitute", RIDER, AYGUL, diary.at(4, "19:10"), clerk="jiangxue")
        .file(unreadable="id-card")
        .ask(("id-card", 2, "unreadable", "身份证国徽面拍糊了，有效期看不清，请重拍。"), at=diary.at(3, "10:15"))
        .answer(("id-card", 2), at=diary.fresh(0.4))
    )


def _by_phone(cast: Cast) -> Story:
    """After hours, on the phone: the clerk fills the form in and sends a link for the photographs."""
    story = Story(cast, "lease by phone", LEASE, ELENA, cast.diary.fresh(0.8), delivery_method="mail", for_school=True)
    papers = ("property-certificate", "lease-contract", "lessor-id", "lessee-id")
    return story.open("phone", "zhoumin").link(*papers, who="zhoumin", minutes=0.5)


def _filed_twice(cast: Cast) -> Iterator[Story]:
    item = "resident-medical-enrol"
    first = Story(cast, "medical first", item, WANG, cast.diary.fresh(0.3)).file()
    yield first
    second = Story(cast, "medical again", item, WANG, cast.diary.fresh(0.65)).file()
    yield second.by_centre(c.SuspectDuplicate(other=first.lane))
    one = Story(cast, "shop one", SHOP, XU, cast.diary.at(2, "10:40")).file()
    other = Story(cast, "shop two", SHOP, XU, cast.diary.at(2, "11:05")).file()
    yield one.accept(hours=3).decide()
    other.by_centre(c.SuspectDuplicate(other=one.lane)).claim(hours=0.5)
    other.then(
        c.ClearDuplicate(other=one.lane, reason="电话核过：两间铺面，地址不同，是两件事。"), "zhoumin", hours=0.2
    )
    yield other.accept(hours=2).decide()


def _words(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield (
        Story(cast, "pension with questions", "resident-pension-claim", PENG, diary.at(1, "09:10"))
        .file()
        .accept(hours=1)
        .by_applicant(c.SendMessage(text="我的银行卡上个月换过，旧卡号还能收到钱吗？"), at=diary.at(1, "14:20"))
        .then(c.SendMessage(text="收不到。请把新卡正面拍一张发上来，我们按新卡登记。"), "litao", hours=0.7)
        .by_applicant(c.SendMessage(text="好的，今晚让孙女帮我拍。"), at=diary.at(1, "19:40"))
    )
    yield (
        Story(cast, "lease second notice", LEASE, OUYANG, diary.at(4, "20:30"), delivery_method="mail")
        .file(unreadable="lease-contract")
        .ask(("lease-contract", 3, "unreadable", "合同第3页看不清，请在亮处重拍。"), at=diary.at(3, "09:30"))
        .answer(("lease-contract", 3), at=diary.at(2, "20:10"))
        .on(diary.at(1, "10:20"))
        .then(c.AskSecondNotice(reason="重拍的第3页上日期有涂改，需要双方在涂改处签字。"), "zhoumin", hours=0.1)
    )
    yield (
        Story(
            cast, "rider with copy", "employment-certificate", CHEN, diary.fresh(0.55), delivery_method="electronic"
        ).file(
            copies={
                "id-card": Story(cast, "medical done", "resident-medical-enrol", CHEN, diary.now).copy_of("id-card")
            }
        )
    )

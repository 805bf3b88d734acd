"""Cases that show the result: post that came back, a wrong print, evidence that came late, closed packages."""

from __future__ import annotations

from collections.abc import Iterator

from domain.case import commands as c
from web.demo.people import AYGUL, ELENA, FENG, HUANG, LI, MAI, MAIMAITI, WANG, ZHOU, Resident
from web.demo.story import Cast, Story

LEASE = "house-lease-filing"
CARD = "elder-card"
REJECTED = {
    "reason": "产权证上的共有人没有在同意书上签字，材料不能证明出租人有权出租。",
    "basis": "《商品房屋租赁管理办法》第十五条",
    "remedies": "可以在收到本决定之日起60日内申请行政复议，或者6个月内向人民法院起诉。",
}
_RIGHT_ADDRESS = {
    "delivery_method": "mail",
    "mail_recipient": "阿依古丽·买买提",
    "mail_phone": AYGUL.phone,
    "mail_address": {"text": "武汉市汉阳区北桥街道桥头社区北桥路26号2栋3单元606室（3单元在院子后门）"},
}


def results(cast: Cast) -> Iterator[Story]:
    """What can happen once a case is decided."""
    yield from _on_paper(cast)
    yield _late_evidence(cast)
    yield from _closed(cast)


def _on_paper(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield (
        _granted(cast, "post returned", MAIMAITI, back=7, clock="19:40")
        .issue()
        .dispatch()
        .on(diary.at(2, "10:10"))
        .then(c.ReturnPost(why="address"), "chenjing", hours=0.2)
    )
    yield (
        _granted(cast, "post sent again", AYGUL, back=9, clock="20:05")
        .issue()
        .dispatch()
        .on(diary.at(6, "09:40"))
        .then(c.ReturnPost(why="address"), "chenjing", hours=0.2)
        .by_applicant(c.ChangeDelivery(answers=_RIGHT_ADDRESS), at=diary.at(6, "12:15"))
        .dispatch(hours=2)
        .on(diary.at(4, "15:30"))
        .deliver("mail", hours=0.2)
    )
    yield (
        _granted(cast, "printed wrong", WANG, back=5, clock="20:20")
        .issue()
        .then(c.VoidResult(reason="打印机缺墨，“䶮”字印成空白，作废重出。"), "chenjing", hours=0.3)
        .issue(hours=0.2)
    )
    yield (
        _granted(cast, "printed again", ELENA, back=10, clock="12:30", delivery_method="pickup")
        .issue()
        .deliver("pickup")
        .then(c.ReprintResult(reason="学校收走了原件，申请人要一份再去办入学。"), "chenjing", hours=12)
    )
    yield (
        _granted(cast, "collected by another", ZHOU, back=8, clock="18:15", delivery_method="pickup")
        .issue()
        .then(c.ConfirmDelivery(method="pickup", receiver="other", name="周立新"), "chenjing", hours=8)
    )


def _late_evidence(cast: Cast) -> Story:
    """Rejected for want of a signature, which then came: somebody must look whether to take it up again."""
    story = Story(cast, "evidence after", LEASE, FENG, cast.diary.at(6, "13:10"), delivery_method="mail")
    story.file().accept(hours=1).decide("rejected", hours=0.2, **REJECTED)
    reply = c.SupplementCase(reply="我丈夫已在同意书上补签了字，昨天回来的，麻烦再看一下。")
    return story.by_applicant(reply, at=cast.diary.at(2, "20:15"))


def _closed(cast: Cast) -> Iterator[Story]:
    """Ended long ago: the package is closed after sixty days by itself."""
    diary = cast.diary
    yield (_granted(cast, "archived lease", HUANG, back=56, clock="19:05").issue().dispatch().deliver("mail", hours=12))
    yield (
        Story(cast, "archived card", CARD, LI, diary.at(55, "10:30"), delivery_method="pickup")
        .file()
        .accept()
        .decide()
        .issue()
        .deliver("pickup", hours=5)
    )
    yield (
        Story(cast, "archived decline", LEASE, MAI, diary.at(54, "15:20"))
        .file()
        .decline(reason="房屋不在本街道辖区。", remedy="请到房屋所在街道的便民服务中心办理。")
    )


def _granted(cast: Cast, name: str, person: Resident, *, back: int, clock: str, delivery_method: str = "mail") -> Story:
    story = Story(cast, name, LEASE, person, cast.diary.at(back, clock), delivery_method=delivery_method)
    return story.file().accept().review(opinion="材料齐全，权属清楚。").decide()

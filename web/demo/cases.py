"""The cases of the demonstration: what residents applied for in the last weeks, and how far each has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from web.demo.colleagues import shared_work
from web.demo.endings import ended_otherwise
from web.demo.examined import examining
from web.demo.feedback import feedback
from web.demo.hall import visits
from web.demo.limits import clocks
from web.demo.linked import linked_filings
from web.demo.outlet import results
from web.demo.people import (
    CHEN,
    DENG,
    FENG,
    HE,
    HUANG,
    LI,
    LIN,
    MA,
    MAIMAITI,
    MOTHER,
    OUYANG,
    SUN,
    WANG,
    WU,
    XU,
    ZHENG,
    ZHOU,
    Resident,
)  # fmt: skip
from web.demo.proofs import papers
from web.demo.story import Cast, Chain, Story
from web.demo.training import learning

LEASE = "house-lease-filing"
SHOP_OPENS = "individual-business-registration"
SHOP_CLOSES = "individual-business-deregistration"
REISSUE = "one-child-certificate-reissue"
COMPANY = "武汉汉水家园物业服务有限公司"
FILED_BEFORE = timedelta(hours=13)
"""From the evening before to acceptance in the morning."""


def all_stories(cast: Cast) -> Iterator[Story | Chain]:
    """Everything that happens, in no particular order."""
    yield from _leases_under_way(cast)
    yield from _leases_decided(cast)
    yield from _leases_ended_early(cast)
    yield from _immediate_items(cast)
    yield from _promised_items(cast)
    yield from _by_the_clock(cast)
    yield from _of_the_first_resident(cast)
    yield from ended_otherwise(cast)
    yield from shared_work(cast)
    yield from linked_filings(cast)
    yield from clocks(cast)
    yield from papers(cast)
    yield from results(cast)
    yield from visits(cast)
    yield from feedback(cast)
    yield from learning(cast, cast.learnt)
    yield from examining(cast)


def _leases_under_way(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield Story(cast, "lease fresh", LEASE, MAIMAITI, diary.fresh(0.35), delivery_method="mail").file()
    yield Story(cast, "lease for school", LEASE, WANG, diary.fresh(0.6), for_school=True, delivery_method="mail").file()
    yield Story(cast, "lease on the way", LEASE, LIN, diary.fresh(0.9), delivery_method="mail").file(missing=3)
    yield (
        Story(cast, "lease correction", LEASE, ZHOU, diary.at(2, "20:40"), delivery_method="mail")
        .file(unreadable="lease-contract")
        .ask(
            ("lease-contract", 3, "unreadable", "合同第3页看不清，租金和押金那几行是花的，请在亮处重拍。"),
            ("lessor-id", 2, "wrong-paper", "房东身份证少了国徽面，请补拍反面。"),
            at=diary.at(1, "09:20"),
        )
    )
    yield (
        Story(cast, "lease answered", LEASE, HE, diary.at(3, "19:15"), for_school=True, delivery_method="pickup")
        .file(unreadable="property-certificate")
        .ask(
            ("property-certificate", 2, "unreadable", "产权证第2页反光，面积那一栏看不清，请换个角度重拍。"),
            at=diary.at(2, "10:05"),
        )
        .answer(("property-certificate", 2), at=diary.fresh(0.5))
    )
    yield (
        Story(cast, "lease overdue", LEASE, SUN, diary.at(3, "21:30"), delivery_method="mail")
        .file()
        .accept(at=diary.at(2, "09:12"))
    )


def _leases_decided(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield _granted(cast, "lease granted", OUYANG, back=2, clock="18:50")
    yield _granted(cast, "lease issued", MA, back=2, clock="20:10").issue()
    yield _granted(cast, "lease posted", XU, back=4, clock="19:30", for_school=True).issue().dispatch()
    yield _granted(cast, "lease at home", HUANG, back=11, clock="22:05").issue().dispatch().deliver("mail", hours=14)
    yield _granted(cast, "lease at home 2", LIN, back=16, clock="12:20").issue().dispatch().deliver("mail", hours=10)
    yield (
        _granted(cast, "lease collected", FENG, back=19, clock="08:40", delivery_method="pickup")
        .issue()
        .deliver("pickup")
    )
    yield (
        Story(
            cast,
            "lease of a company",
            LEASE,
            XU,
            diary.at(3, "10:50"),
            applicant_kind="legal-person",
            org_name=COMPANY,
            lessee_kind="organisation",
            lessee_name=COMPANY,
            house_use="office",
            delivery_method="electronic",
        )
        .file()
        .accept()
        .review(opinion="营业执照在有效期内，经办人有授权。")
        .decide()
        .issue()
    )
    yield (
        Story(cast, "lease rejected", LEASE, DENG, diary.at(7, "13:40"), delivery_method="electronic")
        .file()
        .accept(hours=1.2)
        .decide(
            "rejected",
            reason="房屋已列入危险房屋，按规定不得出租，不能办理登记备案。",
            basis="《商品房屋租赁管理办法》第六条",
            remedies="可以在收到本决定之日起60日内申请行政复议，或者6个月内向人民法院起诉。",
        )
    )


def _granted(
    cast: Cast,
    name: str,
    person: Resident,
    *,
    back: int,
    clock: str,
    for_school: bool = False,
    delivery_method: str = "mail",
) -> Story:
    filed_at = cast.diary.at(back, clock)
    story = Story(cast, name, LEASE, person, filed_at, for_school=for_school, delivery_method=delivery_method)
    return story.file().accept().review(opinion="材料齐全，权属清楚。").decide()


def _leases_ended_early(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield Story(cast, "lease withdrawn", LEASE, ZHENG, diary.at(6, "17:30")).file().withdraw(hours=1.5)
    yield (
        Story(cast, "lease declined", LEASE, HUANG, diary.at(5, "16:10"))
        .file()
        .decline(
            reason="房屋坐落不在本街道辖区，产权证上的地址属于邻近街道。",
            remedy="请到房屋所在街道的便民服务中心办理，也可以打12345查询是哪个街道。",
        )
    )


def _immediate_items(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield Story(cast, "senior card fresh", "elder-card", LI, diary.fresh(0.2), delivery_method="pickup").file()
    yield Story(cast, "medical fresh", "resident-medical-enrol", WU, diary.fresh(0.45)).file()
    yield Story(cast, "unemployment fresh", "unemployment-registration", XU, diary.fresh(0.75)).file()
    yield Story(cast, "lease change fresh", "house-lease-change", FENG, diary.fresh(0.15), action="renew").file()
    yield (
        Story(cast, "senior card", "elder-card", ZHENG, diary.at(9, "10:15"), delivery_method="pickup")
        .file()
        .accept()
        .decide()
        .issue()
        .deliver("pickup", hours=6)
    )
    yield (
        Story(cast, "birth", "birth-registration", HE, diary.at(5, "21:00"), already_born=False)
        .file()
        .accept()
        .decide()
        .issue()
        .deliver("electronic", hours=0.1)
    )
    yield (
        Story(cast, "remote medical", "remote-medical-filing", WU, diary.at(3, "11:20"), use_commitment=True)
        .file()
        .accept()
        .decide()
        .issue()
        .deliver("electronic", hours=0.1)
    )
    yield (
        Story(
            cast,
            "breakfast shop",
            "individual-business-registration",
            MA,
            diary.at(2, "14:30"),
            delivery_method="pickup",
        )
        .file()
        .accept()
        .decide()
        .issue()
    )
    yield (
        Story(
            cast,
            "certificate again",
            "one-child-certificate-reissue",
            FENG,
            diary.at(4, "15:20"),
            child_birth_date="1998-05-20",
        )
        .file()
        .accept(hours=0.5)
        .decide(
            "rejected",
            reason="档案里没有查到原《独生子女父母光荣证》的发证记录。",
            basis="《湖北省人口与计划生育条例》有关规定",
            remedies="可以持户口簿、结婚证到原发证单位查询后再次申请，也可以在60日内申请行政复议。",
        )
    )


def _promised_items(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield (
        Story(cast, "dibao", "subsistence-allowance", XU, diary.at(5, "09:40"))
        .file()
        .accept(hours=2)
        .review(hours=6, opinion="家庭经济状况核对报告已出，符合低保标准。")
        .note("老人耳背，上门前先打女儿电话。", who="zhangjun", hours=2)
    )
    yield (
        Story(cast, "flat", "public-rental-housing", MAIMAITI, diary.at(12, "20:00"), guarantee_mode="subsidy")
        .file()
        .accept(hours=3)
        .review(2, hours=20, opinion="入户看过，情况属实。")
    )
    yield (
        Story(cast, "hardship", "employment-hardship-recognition", FENG, diary.at(6, "09:10"), hardship_kind="older")
        .file()
        .accept(hours=1)
        .review(2, hours=4)
    )
    yield (
        Story(cast, "legal aid", "legal-aid-application", HUANG, diary.at(1, "08:55"), matter="wages")
        .file()
        .accept(hours=0.6)
        .review(hours=2, opinion="欠薪证据齐，建议给予援助。")
    )
    yield (
        Story(cast, "card", "social-security-card", LIN, diary.at(5, "12:30"), delivery_method="mail")
        .file()
        .accept(hours=1)
        .review(2, hours=5)
    )
    yield (
        Story(cast, "veteran card", "veteran-preferential-card", DENG, diary.at(14, "10:00"), card_kind="veteran")
        .file()
        .accept(hours=1)
        .review(2, hours=9)
    )
    yield (
        Story(cast, "pension done", "resident-pension-claim", ZHENG, diary.at(20, "09:00"), delivery_method="mail")
        .file()
        .accept(hours=1)
        .decide(hours=2)
        .issue()
        .dispatch()
        .deliver("mail", hours=12)
    )
    yield (
        Story(
            cast,
            "shop closes",
            "individual-business-deregistration",
            MA,
            diary.at(2, "10:30"),
            delivery_method="pickup",
        )
        .file()
        .claim("zhoumin")
        .accept(at=diary.at(1, "16:30"))
    )
    yield (
        Story(cast, "loan", "startup-loan-qualification", SUN, diary.at(10, "11:10"), group="small-business")
        .file()
        .decline(
            reason="营业执照登记不满规定期限，暂不符合申请条件。",
            remedy="登记满6个月后可以再来申请；其间可以先看街道的创业补贴。",
        )
    )


def _by_the_clock(cast: Cast) -> Iterator[Story]:
    """One case is due today, one is a day late."""
    diary = cast.diary
    today = diary.accepted_for(10, diary.due_today())
    late = diary.accepted_for(5, diary.workday(1))
    yield (
        Story(cast, "due today", "temporary-assistance", WU, today - FILED_BEFORE, cause="illness", emergency=False)
        .file()
        .accept(at=today)
        .review(hours=10, opinion="入户看过，住院单据和费用清单对得上。")
        .review(hours=8)
    )
    yield (
        Story(cast, "a day late", "unemployment-benefit", HUANG, late - FILED_BEFORE, delivery_method="electronic")
        .file()
        .accept(at=late)
        .review(hours=4)
    )


def _of_the_first_resident(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield (
        Story(cast, "mother", "advanced-age-allowance", MOTHER, diary.at(4, "20:25"), agent=CHEN, age_band="80-89")
        .file()
        .accept(hours=0.7)
        .review(hours=5, opinion="老人住在女儿家，电话核过，健在。")
    )
    yield (
        Story(cast, "rider", "flexible-employment-registration", CHEN, diary.at(2, "22:10"))
        .file(unreadable="id-card")
        .ask(
            ("id-card", 2, "unreadable", "身份证国徽面反光，有效期看不清，请换个角度重拍。"),
            at=diary.at(1, "10:40"),
        )
    )
    yield (
        Story(cast, "medical done", "resident-medical-enrol", CHEN, diary.at(22, "21:45"))
        .file()
        .accept()
        .decide()
        .issue()
        .deliver("electronic", hours=0.1)
    )

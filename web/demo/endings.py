"""Cases of the demonstration that ended otherwise than by a decision."""

from __future__ import annotations

from collections.abc import Iterator

from domain.case import commands as c
from web.demo.people import DENG, HE, MA, SUN, WU, ZHENG
from web.demo.story import Cast, Story

LEASE = "house-lease-filing"
HARDSHIP = "employment-hardship-recognition"
LONG_AGO = 35
"""Working days back: more than the thirty days that the centre waits."""


def ended_otherwise(cast: Cast) -> Iterator[Story]:
    """One case each: another office, terminated, returned, lapsed, revoked, struck out."""
    diary = cast.diary
    yield (
        Story(cast, "lease elsewhere", LEASE, WU, diary.at(9, "10:20"))
        .file()
        .then(
            c.RedirectCase(office="江岸区房管局", reason="房屋不在本街道辖区。", how="请到区政务服务中心房产窗口。"),
            "zhoumin",
            hours=2,
        )
    )
    yield (
        Story(cast, "hardship terminated", HARDSHIP, SUN, diary.at(12, "09:40"))
        .file()
        .accept()
        .then(
            c.TerminateCase(cause="no-response", reason="多次联系未能入户核查，申请人未再回应。"), "zhangjun", hours=20
        )
    )
    yield _never_answered(cast)
    yield _never_complete(cast)
    yield (
        Story(cast, "lease revoked", LEASE, ZHENG, diary.at(20, "11:10"))
        .file()
        .accept()
        .decide()
        .issue()
        .then(
            c.RevokeResult(
                reason="经核查，提交的产权证书系伪造。",
                basis="《中华人民共和国行政许可法》第六十九条",
                remedies="可在六十日内申请行政复议，或在六个月内提起行政诉讼。",
            ),
            "sunhao",
            hours=30,
        )
    )
    yield (
        Story(cast, "lease by mistake", LEASE, DENG, diary.at(8, "15:30"))
        .file()
        .then(c.VoidCase(reason="申请人选错了事项，已电话确认。"), "sunhao", hours=1)
    )


def _never_answered(cast: Cast) -> Story:
    """After thirty days of waiting the papers go back by themselves."""
    asked_at = cast.diary.at(LONG_AGO, "10:30")
    story = Story(cast, "lease returned", LEASE, HE, cast.diary.at(LONG_AGO, "09:10")).file(unreadable="lease-contract")
    return story.ask(("lease-contract", 3, "unreadable", "合同第3页看不清，请重拍。"), at=asked_at)


def _never_complete(cast: Cast) -> Story:
    """Two photographs never came; it lapses by itself."""
    return Story(cast, "lease lapsed", LEASE, MA, cast.diary.at(LONG_AGO, "18:20")).file(missing=2)

"""What people thought of it: ratings of every level, a bad one being put right, one closed, one disputed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid5

from domain.actors import Actor
from domain.case.commands import Command
from domain.ratings import commands as r
from domain.ratings.facts import Level, ReasonCode
from domain.ratings.rating import rated_stream
from domain.visits.reception import line_stream
from store.itself import CENTRE_ACTOR
from web.demo.hall import FAMILY
from web.demo.people import CHEN, DENG, FENG, HE, HUANG, LIN, PENG, SUN, WU, ZHENG, Resident
from web.demo.story import NAMESPACE, Cast, Chain, made_id

INVITED = {
    "loan": 9, "lease rejected": 4, "lease declined": 3, "lease at home": 4, "lease at home 2": 4, "lease collected": 4,
    "medical done": 4, "senior card": 4, "pension done": 4, "birth": 3, "remote medical": 2,
}  # fmt: skip
"""Stories whose people are asked, with how many working days ago that was."""


def feedback(cast: Cast) -> Iterator[Chain]:
    """Every rating, with what it led to."""
    at = cast.diary.at
    for name, back in INVITED.items():
        case = _case(name)
        invited = r.InviteRating(subject_kind="case", subject=case)
        yield Chain(f"{name} invited").do(rated_stream(case), invited, CENTRE_ACTOR, at=at(back, "08:30"))
    for name, person, level, reasons, words in _GOOD:
        yield _Rated(cast, name).give(person, level, reasons, words, at=at(2, "19:50")).chain
    yield _visit(cast)
    yield _being_put_right(cast)
    yield _closed(cast)
    yield _disputed(cast)


_GOOD: tuple[tuple[str, Resident, Level, tuple[ReasonCode, ...], str], ...] = (
    ("lease at home", HUANG, Level.VERY_SATISFIED, ("no-trip", "fast"), "手机上拍照就办好了，证寄到家，一趟没跑。"),
    ("lease at home 2", LIN, Level.SATISFIED, ("fast",), ""),
    ("lease collected", FENG, Level.SATISFIED, ("kind", "clear"), ""),
    ("medical done", CHEN, Level.VERY_SATISFIED, ("no-trip",), ""),
    ("birth", HE, Level.VERY_SATISFIED, ("clear", "fast"), "晚上九点交的，第二天上午就好了。"),
    ("remote medical", WU, Level.BASICALLY_SATISFIED, ("clear",), "字能再大一点就好了。"),
    ("pension done", ZHENG, Level.SATISFIED, (), ""),
)


class _Rated:
    """A rating of one case and what follows it."""

    def __init__(self, cast: Cast, name: str) -> None:
        self.chain = Chain(f"{name} rated")
        self._cast = cast
        self._case = _case(name)
        self._lane = made_id(f"rating of {name}")

    def give(
        self, person: Resident, level: Level, reasons: tuple[ReasonCode, ...], words: str, *, at: datetime
    ) -> _Rated:
        command = r.GiveRating(subject_kind="case", subject=self._case, level=level, reasons=reasons, words=words)
        return self._do(command, self._cast.residents[person.phone], at)

    def then(self, command: Command, who: str, *, at: datetime) -> _Rated:
        return self._do(command, self._cast.staff[who], at)

    def _do(self, command: Command, by: Actor, at: datetime) -> _Rated:
        self.chain.do(self._lane, command, by, at=at)
        return self


def _being_put_right(cast: Cast) -> Chain:
    """Somebody is named, and has called without reaching the person."""
    at, hexin = cast.diary.at, cast.staff["hexin"].id
    return (
        _Rated(cast, "lease rejected")
        .give(
            DENG,
            Level.VERY_DISSATISFIED,
            ("unclear", "extra-trips"),
            "早说房子不能租备案，我就不用来回跑两趟了。",
            at=at(3, "20:10"),
        )
        .then(r.AssignRectification(to=hexin), "sunhao", at=at(2, "09:10"))
        .then(r.CallBack(reached=False, words="上午打了两次，没有人接，下午再打。"), "hexin", at=at(1, "10:30"))
        .chain
    )


def _closed(cast: Cast) -> Chain:
    """Called back, explained, answered and closed in time."""
    at, jiangxue = cast.diary.at, cast.staff["jiangxue"].id
    return (
        _Rated(cast, "loan")
        .give(SUN, Level.DISSATISFIED, ("slow", "asked-again"), "等了一上午才说条件不够。", at=at(8, "18:30"))
        .then(r.AssignRectification(to=jiangxue), "sunhao", at=at(7, "09:20"))
        .then(
            r.CallBack(reached=True, words="本人说明：希望在取号时就告知登记年限的要求。"),
            "jiangxue",
            at=at(7, "14:15"),
        )
        .then(
            r.SettleRectification(outcome="fixed", words="办事指南和取号页已写明营业执照须登记满6个月。"),
            "jiangxue",
            at=at(6, "10:05"),
        )
        .then(
            r.ReplyToRater(words="您提的对。现在打开事项第一屏就能看到登记年限的要求，谢谢您。"),
            "jiangxue",
            at=at(6, "10:40"),
        )
        .then(r.CloseRectification(), "sunhao", at=at(5, "16:20"))
        .chain
    )


def _disputed(cast: Cast) -> Chain:
    """The rated holds that the rating is about another office; a second person decides."""
    at = cast.diary.at
    return (
        _Rated(cast, "lease declined")
        .give(HUANG, Level.DISSATISFIED, ("other",), "隔壁街道电话一直打不通。", at=at(3, "19:20"))
        .then(r.AppealRating(reason="评价说的是邻近街道的电话，不是我们窗口的服务。"), "zhoumin", at=at(2, "11:15"))
        .chain
    )


def _visit(cast: Cast) -> Chain:
    """Somebody rates a visit at the counter."""
    on = cast.diary.workday(1)
    command = r.GiveRating(
        subject_kind="visit",
        subject=made_id(f"ticket {on} two"),
        level=Level.VERY_SATISFIED,
        reasons=("kind",),
        channel="counter",
        on=on,
        group=FAMILY,
    )
    lane = made_id(f"rating of the visit on {line_stream(on, FAMILY)}")
    return Chain("a visit rated").do(lane, command, cast.residents[PENG.phone], at=cast.diary.at(1, "10:05"))


def _case(name: str) -> UUID:
    return uuid5(NAMESPACE, name)

"""Cases that show the clock: deemed accepted, stopped and running again, prolonged, made a promised one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from domain.calendar.limits import local_day
from domain.case import commands as c
from web.demo.people import AYGUL, HAN, LIN, MAI, OUYANG, PENG, SUN, WU
from web.demo.story import Cast, Story

HARDSHIP = "employment-hardship-recognition"
AID = "temporary-assistance"
NOTICE_DAYS = 5
ASSESSMENT_DAYS = 25


def clocks(cast: Cast) -> Iterator[Story]:
    """One case for each thing that can happen to a time limit."""
    yield Story(cast, "deemed accepted", HARDSHIP, AYGUL, cast.diary.at(7, "10:05"), hardship_kind="long-term").file()
    yield _stands_still(cast)
    yield _assessed(cast)
    yield _runs_again(cast)
    yield from _more_time(cast)
    yield (
        Story(cast, "shop converted", "individual-business-registration", MAI, cast.diary.at(1, "09:15"))
        .file()
        .accept(hours=0.5)
        .then(c.ConvertCase(reason="住所是改建的架空层，要请区局现场看过才能定。"), "litao", hours=0.6)
    )


def _stands_still(cast: Cast) -> Story:
    """Two steps are done and the list of names hangs out: the clock stands still."""
    story = Story(cast, "hardship public notice", HARDSHIP, LIN, cast.diary.at(2, "09:05")).file().accept().review(2)
    return _public_notice(story.on(cast.diary.at(1, "14:00")))


def _assessed(cast: Cast) -> Story:
    """The hospital takes its time, and the centre's does not run meanwhile."""
    story = Story(
        cast, "disability", "disability-certificate", OUYANG, cast.diary.at(6, "15:00"), disability_kind="limb"
    )
    story.file().accept(hours=1).review(hours=3, opinion="资料齐，转市第五医院评定。")
    assessment = c.BeginProcedure(
        kind="assessment",
        basis="残疾人证管理办法：残疾评定不计入办理期限",
        ends_on=local_day(cast.diary.later(story.at, 2)) + timedelta(days=ASSESSMENT_DAYS),
        notice="已为您约好市第五医院残疾评定，评定期间不计入办理期限。",
    )
    return story.then(assessment, "assessor", hours=2)


def _runs_again(cast: Cast) -> Story:
    """The notice has come down without objections; the decision is due."""
    story = Story(cast, "hardship after notice", HARDSHIP, SUN, cast.diary.at(13, "09:20"), hardship_kind="older")
    _public_notice(story.file().accept(hours=1).review(2, hours=4))
    begun = story.steps[-1].call.id
    story.on(cast.diary.at(2, "09:40")).then(
        c.EndProcedure(procedure=begun, findings="公示期满，没有收到异议。"), "zhangjun", hours=0.1
    )
    return story.review(hours=0.2, opinion="公示无异议，可以认定。")


def _public_notice(story: Story) -> Story:
    notice = c.BeginProcedure(
        kind="public-notice",
        basis="就业困难人员认定办法：公示五日",
        ends_on=local_day(story.at) + timedelta(days=NOTICE_DAYS),
        notice="您的申请正在社区公示五日，这五日不计入办理期限。",
    )
    return story.then(notice, "zhangjun", hours=0.1)


def _more_time(cast: Cast) -> Iterator[Story]:
    diary = cast.diary
    yield (
        Story(cast, "extension asked", AID, HAN, diary.at(4, "14:10"), cause="illness", emergency=False)
        .file()
        .accept(hours=1)
        .review(hours=8, opinion="入户看过，住院费用清单还缺一张。")
        .on(diary.at(1, "15:00"))
        .then(
            c.AskExtension(working_days=5, reason="医保结算单要等医院月底出账，需要再核五个工作日。"),
            "litao",
            hours=0.1,
        )
    )
    yield (
        Story(cast, "extension granted", AID, PENG, diary.at(7, "10:30"), cause="illness", emergency=False)
        .file()
        .accept(hours=1)
        .review(hours=7, opinion="老人独居，邻居证实确有困难。")
        .then(c.AskExtension(working_days=5, reason="亲属赡养情况需要向外地核实。"), "litao", hours=9)
        .then(
            c.AnswerExtension(approved=True, reason="情况属实，同意延长五个工作日，已告知申请人。"), "sunhao", hours=2
        )
        .review(hours=10, opinion="外地子女已联系上，确无赡养能力。")
    )
    yield (
        Story(cast, "extension refused", AID, WU, diary.at(4, "15:40"), cause="illness", emergency=False)
        .file()
        .accept(hours=1)
        .review(hours=7)
        .then(c.AskExtension(reason="核对任务较多。"), "litao", hours=6)
        .then(c.AnswerExtension(approved=False, reason="不是法定延期理由，请按时办结。"), "sunhao", hours=1)
    )

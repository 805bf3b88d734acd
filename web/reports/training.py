"""The tables of learning in numbers that can be taken out, in both languages."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from projections.documents import Text
from projections.figure_bodies import FiguresBody
from web.reports.tables import Cell, Table

YES = "是 yes"


class Kind(Struct, frozen=True):
    """A table; `personal` tells whether it names people."""

    make: Callable[[FiguresBody], Table]
    personal: bool = False


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}" if text.en != text.zh else text.zh


def _participation(body: FiguresBody) -> Table:
    columns = (
        "姓名 Name",
        "应学起 From",
        "课 Lessons",
        "政策 Policies",
        "模拟 Scenarios",
        "考核 Exams",
        "参加 Took part",
    )
    rows = tuple(
        (
            one.person.name,
            one.joined_on.isoformat(),
            one.lessons,
            one.policies,
            one.scenarios,
            one.exams,
            YES if one.took_part else "",
        )
        for one in body.participation.people
    )
    return Table("参加情况 Participation", columns, rows)


def _scores(body: FiguresBody) -> Table:
    columns = (
        "证书 Certificate",
        "合格线 Mark",
        "人次 Attempts",
        "人 People",
        "合格 Passed",
        "合格率% Passed %",
        "中位分 Median",
        *(f"{band.first}–{band.last}" for band in (body.scores[0].bands if body.scores else ())),
    )
    rows = tuple(
        (
            _both(one.name),
            one.mark,
            one.attempts,
            one.sat,
            one.passed,
            one.percent,
            one.median,
            *(band.attempts for band in one.bands),
        )
        for one in body.scores
    )
    return Table("考核成绩 Scores", columns, rows)


def _heat(body: FiguresBody) -> Table:
    until = {(right.person, right.item): right.valid_until for right in body.heat.rights}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            _both(item.name),
            item.people,
            item.ending,
            *(
                day.isoformat() if (day := until.get((person.id, item.item))) is not None else ""
                for person in body.heat.people
            ),
        )
        for item in body.heat.items
    )
    columns = ("事项 Item", "现在能办 Can now", "30天内到期 Ending", *(one.name for one in body.heat.people))
    return Table("谁能办什么 Who may handle what", columns, rows)


def _weak(body: FiguresBody) -> Table:
    columns = (
        "事项 Item",
        "答题 Asked",
        "答错 Wrong",
        "答错率% Wrong %",
        "办件 Cases",
        "补正 Corrected",
        "补正率% Corrected %",
        "两头都高 Both",
    )
    rows = tuple(
        (
            _both(one.name),
            one.asked,
            one.wrong,
            one.wrong_percent,
            one.cases,
            one.corrected,
            one.corrected_percent,
            YES if one.both else "",
        )
        for one in body.weak
    )
    return Table("薄弱事项 Weak items", columns, rows)


def _effects(body: FiguresBody) -> Table:
    columns = (
        "课程 Course",
        "学完 Finished",
        "学前办件 Cases before",
        "学前补正率% Corrected before %",
        "学后办件 Cases after",
        "学后补正率% Corrected after %",
        "够数 Enough",
    )
    rows = tuple(
        (
            _both(one.name),
            one.finished,
            one.before.of,
            one.before_percent,
            one.after.of,
            one.after_percent,
            YES if one.enough else "",
        )
        for one in body.effects
    )
    return Table("课程效果 Effect", columns, rows)


def _questions(body: FiguresBody) -> Table:
    columns = (
        "题 Question",
        "题干 Stem",
        "级 Level",
        "课程 Course",
        "用过 Asked",
        "答对 Right",
        "难度% Difficulty %",
        "区分度 Discrimination",
        "过时 Stale",
    )
    rows = tuple(
        (
            one.question,
            one.stem.zh,
            one.level,
            one.course,
            one.asked,
            one.right,
            one.difficulty,
            one.discrimination,
            YES if one.stale else "",
        )
        for one in body.questions
    )
    return Table("题目 Questions", columns, rows)


TABLES: dict[str, Kind] = {
    "participation": Kind(_participation, personal=True),
    "scores": Kind(_scores),
    "people": Kind(_heat, personal=True),
    "weak": Kind(_weak),
    "effects": Kind(_effects),
    "questions": Kind(_questions),
}
"""Every table by its name in the address."""

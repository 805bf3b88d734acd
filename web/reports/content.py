"""What each report and register holds, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from msgspec import Struct

from projections.documents import ReportBody, ReportRow
from projections.reader import Reader
from projections.registers import Registered, decided_between, received_between
from projections.reports import report
from web.reports.tables import Cell, Table

CHANNELS = {"app": "网上 online", "window": "窗口 window", "phone": "电话 phone", "visit": "上门 visit"}
OUTCOMES = {"granted": "准予 granted", "rejected": "不予 rejected", "": ""}
YES = "是 yes"

_COUNTS = (
    "收件 Filed",
    "受理 Accepted",
    "视为受理 Deemed accepted",
    "准予 Granted",
    "不予 Rejected",
    "其他结束 Ended otherwise",
    "办结时超期 Decided late",
    "用时中位数（工作分钟） Median working minutes",
    "最长用时（工作分钟） Longest working minutes",
)
_REGISTER = (
    "收件编号 Receipt number",
    "办件编号 Case number",
    "事项 Item",
    "申请人 Applicant",
    "渠道 Channel",
    "收件日期 Filed on",
    "受理日期 Accepted on",
    "办结日期 Decided on",
    "结果 Outcome",
    "办结时超期 Decided late",
    "用时（工作分钟） Working minutes",
    "文书编号 Document number",
)

Maker = Callable[[Reader, date, date], Table]


class Kind(Struct, frozen=True):
    """A report that can be taken out; `personal` tells whether it names people."""

    make: Maker
    personal: bool = False


def _counts(title: str, head: str, pick: Callable[[ReportBody], Iterable[ReportRow]]) -> Maker:
    def make(reader: Reader, first: date, last: date) -> Table:
        rows = tuple((_name(row), *_figures(row)) for row in pick(report(reader, first, last)))
        return Table(title, (head, *_COUNTS), rows)

    return make


def _name(row: ReportRow) -> str:
    return f"{row.name.zh} {row.name.en}" if row.name else CHANNELS.get(row.key, row.key)


def _figures(row: ReportRow) -> tuple[Cell, ...]:
    return (
        row.filed,
        row.accepted,
        row.deemed,
        row.granted,
        row.rejected,
        row.ended_otherwise,
        row.late,
        row.median_minutes,
        row.slowest_minutes,
    )


def _register(title: str, lines: Callable[[Reader, date, date], Iterable[Registered]]) -> Maker:
    def make(reader: Reader, first: date, last: date) -> Table:
        return Table(title, _REGISTER, tuple(_line(one) for one in lines(reader, first, last)))

    return make


def _line(one: Registered) -> tuple[Cell, ...]:
    return (
        one.number,
        one.case_number,
        one.item,
        one.applicant,
        CHANNELS.get(one.channel, one.channel),
        one.filed_on,
        one.accepted_on,
        one.decided_on,
        OUTCOMES[one.outcome],
        YES if one.late else "",
        one.minutes,
        one.document_number,
    )


REPORTS: dict[str, Kind] = {
    "items": Kind(_counts("按事项 By item", "事项 Item", lambda body: body.by_item)),
    "channels": Kind(_counts("按渠道 By channel", "渠道 Channel", lambda body: body.by_channel)),
    "batches": Kind(_counts("按下放批次 By batch", "批次 Batch", lambda body: body.by_batch)),
    "received": Kind(_register("收件登记 Received", received_between), personal=True),
    "completed": Kind(_register("办结登记 Completed", decided_between), personal=True),
}
"""Every report by its name in the address."""

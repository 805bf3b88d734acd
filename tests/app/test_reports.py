"""Reports and registers as files: safe to open, for leads alone, and each export in the log."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook

from domain.effects.exports import EXPORTS_STREAM, ExportMade
from tests.app.timely import TimelyTown
from tests.cast import LEASE
from web.reports.tables import BOM, Table, as_csv, as_xlsx

PERIOD = {"first": "2026-11-01", "last": "2026-11-30"}
NASTY = ['=HYPERLINK("http://evil")', "+1+1", "-2", "@SUM(A1)", "＝1+1", " =1", "\t=1", "|calc"]


class Office:
    """A town with cases, and the browsers of a lead and a clerk."""

    def __init__(self, town: TimelyTown, lead: httpx.AsyncClient, clerk: httpx.AsyncClient) -> None:
        self.town = town
        self.lead = lead
        self.clerk = clerk


@pytest.fixture
async def office(tmp_path: Path) -> AsyncGenerator[Office]:
    with closing(TimelyTown(tmp_path)) as town:
        town.file(LEASE, applicant_name="=cmd|' /C calc'!A0")
        town.issued(applicant_name="王䶮")
        async with town.running() as edge:
            await asyncio.to_thread(edge.runner.wait, town.centre.head())
            yield Office(town, await town.staff_browser("sunhao"), await town.staff_browser("zhoumin"))


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


async def test_the_register_of_received_cases_names_them_in_order_and_no_cell_is_a_formula(office: Office) -> None:
    answer = await office.lead.get("/api/reports/received.csv", params=PERIOD)

    head, *rows = rows_of(answer.content)
    assert answer.content.startswith(BOM.encode())
    assert head[0] == "收件编号 Receipt number"
    assert [row[3] for row in rows] == ["'=cmd|' /C calc'!A0", "王䶮"]
    assert [row[5] for row in rows] == ["2026-11-23"] * 2
    assert rows[1][8] == "准予 granted"


async def test_the_same_as_a_workbook_has_texts_as_texts(office: Office) -> None:
    answer = await office.lead.get("/api/reports/received.xlsx", params=PERIOD)

    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    names = [row[3] for row in sheet.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type) for cell in names] == [("=cmd|' /C calc'!A0", "s"), ("王䶮", "s")]
    assert sheet.freeze_panes == "A2"


async def test_completed_cases_and_counts_by_item_channel_and_batch(office: Office) -> None:
    completed = rows_of((await office.lead.get("/api/reports/completed.csv", params=PERIOD)).content)
    items, channels, batches = [
        rows_of((await office.lead.get(f"/api/reports/{name}.csv", params=PERIOD)).content)
        for name in ("items", "channels", "batches")
    ]

    assert [row[3] for row in completed[1:]] == ["王䶮"]
    assert completed[1][11].endswith("号")
    assert [row[1:5] for row in items[1:]] == [["2", "1", "0", "1"]]
    assert channels[1][0] == "网上 online"
    assert len(batches) == 2


async def test_each_export_is_recorded_with_who_what_and_its_hash(office: Office) -> None:
    answer = await office.lead.get("/api/reports/received.csv", params=PERIOD)

    (made,) = office.town.facts(EXPORTS_STREAM, ExportMade)
    (envelope,) = office.town.centre.read(EXPORTS_STREAM)
    assert envelope.meta.actor == office.town.staff["sunhao"].id
    assert (made.report, made.form, made.rows, made.personal, made.filters) == ("received", "csv", 2, True, PERIOD)
    assert made.sha256 == hashlib.sha256(answer.content).hexdigest()


async def test_only_leads_take_reports_out(office: Office) -> None:
    refused = await office.clerk.get("/api/reports/items.csv", params=PERIOD)
    stranger = await office.town.client().get("/api/reports/items.csv", params=PERIOD)

    assert (refused.status_code, stranger.status_code) == (403, 401)
    assert office.town.facts(EXPORTS_STREAM, ExportMade) == []


@pytest.mark.parametrize(
    ("path", "period", "status"),
    [
        ("nothing.csv", PERIOD, 404),
        ("items.pdf", PERIOD, 404),
        ("items.csv", {}, 400),
        ("items.csv", {"first": "2026-11-30", "last": "2026-11-01"}, 400),
        ("items.csv", {"first": "2020-01-01", "last": "2026-11-01"}, 400),
    ],
)
async def test_an_unknown_report_or_period_is_refused(
    office: Office, path: str, period: dict[str, str], status: int
) -> None:
    assert (await office.lead.get(f"/api/reports/{path}", params=period)).status_code == status


@pytest.mark.parametrize("text", NASTY)
def test_what_somebody_wrote_is_never_calculated(text: str) -> None:
    table = Table("x", ("a",), ((text,),))

    ((written,),) = rows_of(as_csv(table))[1:]
    sheet = load_workbook(io.BytesIO(as_xlsx(table))).active

    assert written.startswith("'")
    assert sheet is not None
    assert sheet["A2"].data_type == "s"


def test_characters_that_a_workbook_cannot_hold_are_left_out() -> None:
    table = Table("x", ("a", "b"), (("一\x00二\x1f", 3), ("𬭳", None)))

    sheet = load_workbook(io.BytesIO(as_xlsx(table))).active

    assert sheet is not None
    assert [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)] == [("一二", 3), ("𬭳", None)]

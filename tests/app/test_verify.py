"""The check page: a holder of the paper sees that it is genuine and no more; a guesser is slowed down."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace

from domain.case.commands import ConfirmDelivery, IssueResult, RevokeResult, VoidResult
from domain.case.facts import ResultIssued
from tests.app.test_results import issued
from tests.app.timely import TimelyTown
from tests.app.town import MONDAY_MORNING, Town
from web.app import create_app, opened
from web.effects import Effects
from web.post import DemoPost
from web.results.findings import found
from web.settings import Settings
from web.verify import CHECKS, is_code, tidy


class CheckPage:
    """The service over a town with one issued lease, and the code on its paper."""

    def __init__(self, client: httpx.AsyncClient, code: str) -> None:
        self.client = client
        self.code = code

    async def ask(self, code: str) -> httpx.Response:
        return await self.client.get(f"/verify/{code}")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[CheckPage]:
    settings = Settings(data=tmp_path)
    town = Town(settings.centre_folder)
    case = town.issued_lease()
    Effects(town.centre, town.files, DemoPost(), address=settings.public_url).catch_up()
    code = next(e.fact.verification_code for e in town.centre.read(case) if isinstance(e.fact, ResultIssued))
    town.close()
    with opened(settings, clock=now, new_id=uuid4, say=lambda _: None) as edge:
        edge.runner.start()
        assert edge.runner.wait(edge.centre.head())
        transport = httpx.ASGITransport(app=create_app(edge))
        yield CheckPage(httpx.AsyncClient(transport=transport, base_url=settings.public_url), code)


def now() -> datetime:
    return MONDAY_MORNING + timedelta(days=1)


async def test_a_genuine_paper_is_confirmed_with_masked_names_only(page: CheckPage) -> None:
    answer = await page.ask(page.code)

    assert answer.status_code == 200
    assert "是真的，由本中心签发" in answer.text
    assert "Genuine: issued by this centre" in answer.text
    assert "房屋租赁登记备案证明" in answer.text
    assert "北桥便民〔2026〕第0001号" in answer.text
    assert "2026年11月23日" in answer.text
    assert "北桥街道便民服务中心" in answer.text
    assert "陈**" in answer.text
    assert "谢**" in answer.text


async def test_nothing_else_of_the_case_is_on_the_page(page: CheckPage) -> None:
    text = (await page.ask(page.code)).text

    for private in ("陈志远", "谢美玲", "桂花社区", "13800000001", "420105", "BQ-"):
        assert private not in text


async def test_the_page_needs_no_script_and_allows_none_of_strangers(page: CheckPage) -> None:
    answer = await page.ask(page.code)

    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert re.search(r' style="', answer.text) is None
    assert (answer.headers["x-robots-tag"], answer.headers["cache-control"]) == ("noindex", "no-store")


async def test_a_code_may_be_typed_in_groups_and_small_letters(page: CheckPage) -> None:
    grouped = " ".join(page.code[at : at + 4].lower() for at in range(0, 16, 4))

    form = await page.client.get("/verify", params={"code": grouped})
    assert (form.status_code, form.headers["location"]) == (303, f"/verify/{page.code}")
    assert (await page.ask(grouped)).status_code == 200


@pytest.mark.parametrize(
    "code",
    ["ABCDEFGHJKMNPQRS", "short", "I" * 16, "%00", "<b>x</b>", "'; drop table case_index", "码" * 16, "A" * 5000],
)
async def test_any_other_code_gets_the_same_plain_answer(page: CheckPage, code: str) -> None:
    answer = await page.ask(quote(code))

    assert answer.status_code == 404
    assert "没有查到这份证明" in answer.text
    assert "No paper with this code was issued here" in answer.text
    assert "027-8550 0000" in answer.text
    assert "<b>x" not in answer.text


async def test_the_form_alone_asks_for_the_code(page: CheckPage) -> None:
    for path in ("/verify", "/verify/"):
        answer = await page.client.get(path)
        assert answer.status_code == 200
        assert '<label for="code">' in answer.text


async def test_guessing_from_one_address_is_slowed_down(page: CheckPage) -> None:
    for _ in range(CHECKS["address"][0].n):
        assert (await page.ask("ABCDEFGHJKMNPQRS")).status_code == 404

    answer = await page.ask(page.code)

    assert answer.status_code == 429
    assert "请过几分钟再查" in answer.text
    assert int(answer.headers["retry-after"]) > 0


def test_a_paper_past_its_term_says_so() -> None:
    item = issued("elder-card").item
    short = replace(issued("elder-card"), item=replace(item, result=replace(item.result, valid_days=30)))

    assert found(short).valid_until == date(2026, 12, 24)
    assert found(issued()).valid_until is None


def test_only_well_formed_codes_are_looked_up() -> None:
    assert tidy(" abcd-efgh 2345　6789") == "ABCDEFGH23456789"
    assert is_code("ABCDEFGH23456789")
    assert not is_code("ABCDEFGH2345678O")
    assert not is_code("ABCDEFGH2345678")


async def test_a_voided_paper_is_named_void_without_names_and_the_one_in_its_place_is_genuine(tmp_path: Path) -> None:
    with closing(TimelyTown(tmp_path)) as town:
        case = town.issued(lessor_name="买买提·吐尔逊")
        town.do(VoidResult(reason="姓名打错"), case, "chenjing")
        town.do(IssueResult(), case, "chenjing")
        old, new = (one.verification_code for one in town.facts(case, ResultIssued))
        async with town.running() as edge:
            await asyncio.to_thread(edge.runner.wait, town.centre.head())
            void, genuine = [await town.client().get(f"/verify/{code}") for code in (old, new)]

    assert "已作废" in void.text
    assert "do not rely on it" in void.text
    assert "买" not in void.text
    assert "是真的" not in void.text
    assert "是真的，由本中心签发" in genuine.text


async def test_a_revoked_result_verifies_no_more(tmp_path: Path) -> None:
    with closing(TimelyTown(tmp_path)) as town:
        case = town.issued()
        (issued_,) = town.facts(case, ResultIssued)
        town.do(ConfirmDelivery(method="pickup"), case, "chenjing")
        revoke = RevokeResult(reason="材料虚假", basis="行政许可法第六十九条", remedies="可在六十日内申请行政复议")
        town.do(revoke, case, "sunhao")
        async with town.running() as edge:
            await asyncio.to_thread(edge.runner.wait, town.centre.head())
            answer = await town.client().get(f"/verify/{issued_.verification_code}")

    assert "已作废" in answer.text
    assert "是真的" not in answer.text

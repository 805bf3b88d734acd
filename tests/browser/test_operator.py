"""The operator sees in one line whether anything needs somebody, what to do, and that it is well once it was done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from bootstrap.places import ROOT
from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Size

STATUS = "**/api/status"


def test_a_backup_that_is_missing_is_asked_for_and_then_all_is_well(
    screens: NewScreen, centre: Centre, tmp_path: Path
) -> None:
    operator = screens("desktop")
    operator.page.route(STATUS, lambda route: _without("disk-low", route))
    office.sign_in(operator, "高远", after="/operate")
    operator.sees("这台服务器还没有做过备份")
    operator.sees("运行 doorstep backup，并把主密钥另外放好。")
    operator.picture("operator-needs")

    backup = [sys.executable, "-m", "web", "backup", "--data", str(centre.data), str(tmp_path / "backup")]
    subprocess.run(backup, cwd=ROOT, check=True, capture_output=True)
    operator.press("再看一次")

    heading = operator.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("一切正常")
    operator.sees("没有要您处理的")
    operator.picture("operator-well")


def _without(code: str, route: Route, *more: dict[str, Any]) -> None:
    """The service's answer, but for one need, and with others."""
    answer = route.fetch()
    said = answer.json()
    said["needs"] = [*(need for need in said["needs"] if need["code"] != code), *more]
    route.fulfill(response=answer, json=said)


def test_nothing_is_said_to_be_well_while_nobody_can_tell(screens: NewScreen) -> None:
    operator = screens("desktop")
    operator.page.route(STATUS, lambda route: _without("backup-none", route, {"code": "backup-none", "params": {}}))
    office.sign_in(operator, "高远", after="/operate")
    operator.sees("按要紧的先后排")
    needs = operator.page.locator(".operate__needs")
    expect(needs).to_be_visible()

    away = {"code": "storage", "params": {"retry_s": 5}}
    operator.page.route(STATUS, lambda route: route.fulfill(status=503, json=away))
    operator.press("再看一次")

    heading = operator.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("运行情况")
    operator.sees("之后的还没有取到")
    expect(needs).to_have_count(0)
    operator.sees("大家的设备")
    operator.picture("operator-stale")


@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_the_figures_are_there_on_every_device(screens: NewScreen, size: Size) -> None:
    operator = screens(size)
    office.sign_in(operator, "高远", after="/operate")
    for seen in ("大家的设备", "通知", "后台在做的", "服务器", "本机文件（SQLite）"):
        operator.sees(seen)
    operator.picture(f"operator-{size}", whole=True)


def test_the_lead_is_not_let_in(screens: NewScreen) -> None:
    lead = screens("desktop")
    office.sign_in(lead, "孙浩")

    lead.open("/operate")

    lead.page.wait_for_url("**/desk")

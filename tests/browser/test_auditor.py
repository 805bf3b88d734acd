"""What a resident proves, and what an auditor finds out: receipts, the log since then, screens of the past."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Browser, Screen
from tests.browser.ledger import Ledger
from tests.browser.wire import Mode

PHONE = "13800000001"
"""Of a resident of the demo centre who has filed."""
GOOD, BAD = "记上了，没有人动过", "有问题"


def proof_of(phone: Screen, centre: Centre, folder: Path) -> Path:
    """Sign in, open the newest case, and save its proof."""
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for, phone=PHONE)
    phone.open("/cases")
    phone.page.locator("a[href^='/case/']").first.click()
    with phone.page.expect_download() as coming:
        phone.page.get_by_role("link", name="保存凭证").click()
    saved = folder / "proof.json"
    coming.value.save_as(saved)
    return saved


def test_a_resident_saves_the_proof_of_a_filing_and_anybody_checks_it_in_a_browser(
    phone: Screen, tablet: Screen, centre: Centre, tmp_path: Path
) -> None:
    proof = proof_of(phone, centre, tmp_path)
    phone.press("看凭证码")
    code = phone.page.get_by_role("img", name="凭证码")
    expect(code).to_have_js_property("complete", value=True)
    assert code.evaluate("image => image.naturalWidth") > 0

    tablet.open("/check-proof")
    tablet.page.locator("input[type=file]").set_input_files(proof)
    tablet.sees(GOOD)
    tablet.picture("check-proof")

    altered = json.loads(proof.read_text())
    altered["event"]["version"] += 1
    proof.write_text(json.dumps(altered))
    tablet.press("再查一个")
    tablet.page.locator("input[type=file]").set_input_files(proof)
    tablet.sees(BAD)


AUDITOR, CLERK, COLLEAGUE = "顾文", "周敏", "何欣"


def lines(screen: Screen) -> list[str]:
    """The lines of the queue as they stand on the screen."""
    rows = screen.page.locator("a.q-row")
    rows.first.wait_for()
    return [" ".join(text.split()) for text in rows.all_inner_texts()]


def now_at(centre: Centre) -> str:
    """The time by the service's clock."""
    told: str = json.loads(centre.get("/session"))["now"]
    return told


def test_the_auditor_sees_what_was_on_a_tablet_that_had_no_signal(
    tablet: Screen, screens: NewScreen, browser: Browser, centre: Centre
) -> None:
    ledger = Ledger(centre.data)
    office.sign_in(tablet, CLERK)
    tablet.sees("等您领的")
    centre.wire.set(Mode.REFUSE)
    ledger.waits_for("device.confirmed")
    free = next(line for line in lines(tablet)[::-1] if "等我受理" in line)
    number = re.search(r"BQS?-\d{8}-\d{4}-\d", free)
    assert number is not None
    colleague = browser.screen("desktop", f"http://localhost:{centre.port}")
    try:
        office.sign_in(colleague, COLLEAGUE)
        colleague.page.locator("a.q-row").filter(has_text=number[0]).first.click()
        colleague.press("领取，我来办")
        ledger.waits_for("case.claimed")
    finally:
        colleague.close()
    then = now_at(centre)
    shown = lines(tablet)
    assert free in shown
    tablet.picture("seen-on-the-tablet")

    centre.wire.set(Mode.PASS)
    tablet.page.locator("a.q-row").filter(has_text=number[0]).first.wait_for(state="detached")
    tablet.page.locator("a.q-row").filter(has_text="等我受理").last.click()
    tablet.press("领取，我来办")
    ledger.waits_for("case.claimed", times=2)
    before = ledger.counts()["device.confirmed"]
    tablet.reopen("/desk")
    ledger.waits_for("device.confirmed", before + 1)
    tablet.page.close()

    auditor = screens("desktop")
    office.sign_in(auditor, AUDITOR, after=f"/audit/seen?{urlencode({'at': then})}")
    person = auditor.page.get_by_label("谁")
    person.locator("option").filter(has_text=CLERK).wait_for(state="attached")
    person.select_option(label=next(text for text in person.locator("option").all_inner_texts() if CLERK in text))
    auditor.sees("确实是这样：那时设备没有连上")
    assert lines(auditor) == shown
    auditor.picture("seen-by-the-auditor", whole=True)

    auditor.page.get_by_role("button", name="进 10 分钟").click()
    auditor.sees("设备后来再没有报过")
    expect(auditor.page.locator("a.q-row").filter(has_text=number[0])).to_have_count(0)


def test_the_auditor_hears_whether_anything_was_changed_since_the_last_visit(
    screens: NewScreen, centre: Centre
) -> None:
    auditor = screens("desktop")
    office.sign_in(auditor, AUDITOR, after="/audit/log")
    auditor.sees("这台设备第一次看这本账")
    auditor.page.reload()
    auditor.sees("没有人动过。")

    auditor.page.evaluate(
        """() => {
            const [place] = Object.keys(localStorage).filter((one) => one.startsWith('doorstep audit log'));
            const kept = JSON.parse(localStorage[place]);
            localStorage[place] = JSON.stringify({ ...kept, size: kept.size + 1000 });
        }"""
    )
    auditor.page.reload()
    auditor.sees("末尾被截掉了")
    auditor.picture("log-cut-off")


def test_the_auditor_takes_a_case_away_and_asks_what_would_have_been(
    screens: NewScreen, centre: Centre, tmp_path: Path
) -> None:
    auditor = screens("desktop")
    office.sign_in(auditor, AUDITOR, after="/audit")
    auditor.page.locator(".found-table tr").filter(has_text="收齐了").locator("a.found-link").first.click()
    auditor.sees("谁看过这一件")
    auditor.sees("为什么是这一天？")
    with auditor.page.expect_download() as coming:
        auditor.page.get_by_role("button", name="导出带证明").click()
    taken = tmp_path / "case.zip"
    coming.value.save_as(taken)

    auditor.open("/check-proof")
    auditor.page.locator("input[type=file]").set_input_files(taken)
    auditor.sees(GOOD)
    with zipfile.ZipFile(taken) as packed:
        packed.extractall(tmp_path / "case")
    auditor.page.goto((tmp_path / "case" / "index.html").as_uri())
    auditor.sees("怎么知道没有改过")
    auditor.picture("export-page", whole=True)

    auditor.open("/audit/what-if")
    auditor.page.get_by_label("假如这些天放假").fill(now_at(centre)[:10])
    auditor.page.get_by_role("button", name="加上").first.click()
    auditor.press("算一算")
    auditor.sees(re.compile("^看了 \\d+ 件"))

"""Photographs and forms that outlive the browser, the signal and the telephone."""

import re
import time
from pathlib import Path

import pikepdf

from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Browser, Screen
from tests.browser.family import (
    NAME,
    PHOTOGRAPH_STEP,
    Camera,
    answer_all,
    fill_in,
    find_and_begin,
    heading_of,
    next_step,
    photograph_everything,
    sign_in,
)
from tests.browser.ledger import Ledger
from tests.browser.waiting import wait_until
from tests.browser.wire import Mode

COUNT_KEPT = """async (lane) => {
  const names = (await indexedDB.databases()).map((one) => one.name).filter((name) => name.startsWith('photos:'));
  let n = 0;
  for (const name of names) {
    const db = await new Promise((resolve, reject) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = reject;
    });
    n += await new Promise((resolve, reject) => {
      const asked = db.transaction('bytes').objectStore('bytes').count(IDBKeyRange.bound([lane], [lane, []]));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = reject;
    });
    db.close();
  }
  return n;
}"""


def test_an_upload_that_broke_off_goes_on_after_the_browser_was_closed(
    browser: Browser, centre: Centre, photograph: Camera, tmp_path: Path
) -> None:
    ledger, profile = Ledger(centre.data), tmp_path / "profile"
    phone = browser.lasting("phone", centre.url, folder=profile)
    phone.open("/sign-in")
    sign_in(phone, centre.code_for)
    find_and_begin(phone)
    fill_in(phone)
    photograph_everything(phone, photograph, pages_each=1)
    next_step(phone)
    centre.wire.refuse_after(500_000)
    phone.press("交上去")
    ledger.waits_for("case.filed")
    wait_until(lambda: centre.wire.mode is Mode.REFUSE, "the upload never reached the point where the signal goes")
    phone.close()
    begun = [part.stat().st_size for part in (centre.data / "uploads").glob("*.part")]
    assert ledger.counts()["case.received"] == 0
    assert any(size > 0 for size in begun), "nothing had arrived yet"

    centre.wire.set(Mode.PASS)
    phone = browser.lasting("phone", centre.url, folder=profile)
    phone.open("/cases")

    ledger.waits_for("case.received")
    ledger.photographs_arrived_once()
    phone.sees("房屋租赁登记备案")
    phone.close()


def are_kept(desk: Screen, case: str) -> bool:
    """Whether the photographs of a case are on the device: some, and no more have come for two seconds."""
    before = desk.page.evaluate(COUNT_KEPT, case)
    time.sleep(2)
    return bool(before > 0 and before == desk.page.evaluate(COUNT_KEPT, case))


def test_photographs_of_a_claimed_case_can_be_seen_without_a_signal_until_it_is_given_back(
    screens: NewScreen, centre: Centre
) -> None:
    ledger = Ledger(centre.data)
    desk = screens("tablet")
    office.sign_in(desk, "周敏")
    case = office.open_line(desk, "《就业创业证》申领")
    desk.controlled()
    desk.press("存在平板上，没有网也能看")
    wait_until(lambda: desk.page.evaluate(COUNT_KEPT, case) > 0, "no photograph was kept of a case that was wanted")
    desk.picture("desk-keep-photographs")
    desk.press(re.compile("^存着，没有网也能看"))
    wait_until(lambda: desk.page.evaluate(COUNT_KEPT, case) == 0, "the photographs stayed although nobody wants them")
    desk.press("领取，我来办")
    ledger.waits_for("case.claimed")
    wait_until(lambda: are_kept(desk, case), "the photographs were not kept")
    desk.until("navigator.serviceWorker.controller !== null")

    with centre.wire.down():
        desk.reopen(f"/desk/case/{case}")
        shown = desk.page.locator(".view__sheet img").first
        shown.wait_for()
        desk.sees(re.compile("没有网，看的是.*存在这台平板上的照片"))
        desk.until("document.querySelector('.view__sheet img')?.naturalWidth > 0")
        assert str(shown.get_attribute("src")).startswith("blob:")
        desk.picture("desk-kept-photograph")

    office.more(desk, "退回队列")
    ledger.waits_for("case.released")
    wait_until(
        lambda: desk.page.evaluate(COUNT_KEPT, case) == 0, "the photographs stayed after the case was given back"
    )


def test_a_page_that_is_not_taken_is_named_with_the_reason(
    phone: Screen, centre: Centre, photograph: Camera, tmp_path: Path
) -> None:
    ledger = Ledger(centre.data)
    phone.open("/sign-in")
    sign_in(phone, centre.code_for)
    find_and_begin(phone)
    fill_in(phone)
    phone.attach(re.compile("^拍房屋租赁合同.*第 1 页$"), [with_script(tmp_path / "lease.pdf")])
    phone.sees("1 页，拍好了")
    photograph_everything(phone, photograph, pages_each=1)
    next_step(phone)
    phone.press("交上去")

    ledger.waits_for("file.rejected")
    phone.sees(re.compile("请重拍这 1 页"))
    phone.sees(re.compile("房屋租赁合同.*第 1 页"))
    phone.sees(re.compile("不安全的内容"))
    phone.picture("page-not-taken", whole=True)


def with_script(path: Path) -> Path:
    """A PDF that would run a script when it is opened."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.save(path)
    return path


def begin_a_form(phone: Screen, centre: Centre) -> str:
    """Answer the first questions of a form, then sign in, so that the centre keeps it; return its address."""
    find_and_begin(phone)
    answer_all(phone.page.locator("main"))
    next_step(phone)
    phone.sees(re.compile("^第 2 步"))
    begun = str(phone.page.evaluate("location.pathname"))
    phone.open("/sign-in")
    sign_in(phone, centre.code_for)
    return begun


def test_a_form_that_was_begun_goes_on_on_another_phone(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    begun = begin_a_form(screens("phone"), centre)
    ledger.waits_for("draft.saved")

    other = screens("phone")
    other.open("/sign-in")
    sign_in(other, centre.code_for)
    other.open("/")
    other.sees("我们替您存着的")
    other.picture("continue-draft", whole=True)
    other.press("在这台手机上接着填")

    other.page.wait_for_url(re.compile(re.escape(begun)))
    other.sees(re.compile("^第 2 步"))
    other.press("返回")
    assert other.page.get_by_label(re.compile("^姓名")).first.input_value() == NAME


def test_a_form_moves_to_a_browser_without_a_sign_in_by_ten_digits(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    phone = screens("phone")
    begun = begin_a_form(phone, centre)
    ledger.waits_for("draft.saved")
    phone.open("/cases")
    phone.press("换一台手机接着填")
    code = phone.page.get_by_role("dialog").locator(".move-code").inner_text()
    phone.picture("move-draft")

    guest = screens("phone")
    guest.open("/cases")
    guest.press("在别的手机上填了一半？输数字接着填")
    guest.write("10 个数字", "0000000000")
    guest.press("接着填")
    guest.sees(re.compile("这个数字不对"))
    guest.picture("resume-draft")
    guest.write("10 个数字", code)
    guest.press("接着填")

    guest.page.wait_for_url(re.compile(re.escape(begun)))
    guest.sees(re.compile("^第 2 步"))
    assert heading_of(guest) != PHOTOGRAPH_STEP

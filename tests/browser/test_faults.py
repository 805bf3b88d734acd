"""Whatever befalls the line, the service, the browser and the calendar: nothing is lost, and nothing is done twice.

Every test looks into the log itself. What a wire that refuses, hangs or loses answers does to a filing stands in
`test_cut_wire`, to an upload in `test_files`.
"""

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect

from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.family import Camera
from tests.browser.ledger import Ledger
from tests.browser.waiting import wait_until
from tests.browser.wire import Mode
from web.settings import STATIC

FILING_NUMBER = re.compile(r"BQS-\d{8}-\d{4}-\d")
CASE = "《就业创业证》申领"
SLOW_BYTES_PER_SECOND = 512_000 // 8
DAY_MS = 86_400_000
ALL_SENT = "都发出去了"
SW_VERSION = re.compile(r"const VERSION = [^;]*;")
SET_LEASE_PAST = """
async () => {
  const names = (await indexedDB.databases()).map((one) => one.name).filter((name) => name.startsWith('outbox:'));
  for (const name of names.filter((name) => name !== 'outbox:guest')) {
    const db = await new Promise((done, fail) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => fail(opening.error);
    });
    await new Promise((done, fail) => {
      const tx = db.transaction('kv', 'readwrite');
      const kv = tx.objectStore('kv');
      kv.get('terms').onsuccess = ({ target }) => kv.put({ ...target.result, lease: Date.now() - 1000 }, 'terms');
      tx.oncomplete = done;
      tx.onerror = () => fail(tx.error);
    });
    db.close();
  }
}
"""


@pytest.fixture
def ledger(centre: Centre) -> Ledger:
    """What is recorded during the test."""
    return Ledger(centre.data)


@pytest.fixture
def desk(tablet: Screen) -> Screen:
    """A clerk's tablet with a case open that stays readable without a signal."""
    open_case(tablet, "周敏")
    return tablet


@pytest.fixture
def builds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the built app that the centre of this test serves, to be replaced by a later build."""
    folder = tmp_path / "app"
    shutil.copytree(Path(os.environ.get("DOORSTEP_STATIC", STATIC)), folder)
    monkeypatch.setenv("DOORSTEP_STATIC", str(folder))
    return folder


def open_case(screen: Screen, name: str) -> str:
    """Sign in as a member of staff and open the case of which these tests speak; return its address."""
    office.sign_in(screen, name)
    case = office.open_line(screen, CASE)
    screen.controlled()
    return f"/desk/case/{case}"


def ready_to_file(screen: Screen, camera: Camera, *, pages_each: int = 1) -> None:
    """Bring the form to its last step."""
    family.find_and_begin(screen)
    family.fill_in(screen)
    family.photograph_everything(screen, camera, pages_each=pages_each)
    family.next_step(screen)
    screen.sees(family.LAST_STEP)


def filed_once(screen: Screen, ledger: Ledger) -> None:
    """The receipt is on the screen, and the log holds one case and each photograph once."""
    screen.sees(FILING_NUMBER, within=40)
    ledger.waits_for("case.received", within=40)
    screen.sees("收齐了", within=40)
    ledger.photographs_arrived_once()
    counts = ledger.counts()
    assert (counts["case.filed"], counts["case.received"]) == (1, 1)


def all_sent(screen: Screen) -> None:
    """The tablet owes nothing any more."""
    screen.open("/desk/outbox")
    screen.sees(ALL_SENT, within=40)


def lighter(photograph: Path) -> Path:
    """The same photograph as an old telephone takes it, of some 100 KB."""
    with Image.open(photograph) as large:
        ImageOps.scale(large, 0.4).save(photograph, quality=60)
    return photograph


def has_signal(screen: Screen) -> None:
    """Let the browser notice that there is a network again, as it does by itself at the end of a tunnel."""
    screen.page.evaluate("dispatchEvent(new Event('online'))")


def arrive(screen: Screen, ledger: Ledger, tag: str, n: int) -> None:
    """The signal is back: wait until so many facts of that kind stand in the log.

    A connection that breaks just after the browser noticed the network waits for up to a minute before it dials again;
    the browser then notices once more.
    """

    def arrived() -> bool:
        has_signal(screen)
        return ledger.counts()[tag] >= n

    wait_until(arrived, f"fewer than {n} of {tag}", every=0.5)


def break_answers(centre: Centre) -> None:
    """Cut the answers that the wire holds back in the middle."""
    before = centre.wire.broken
    centre.wire.set(Mode.MID_FRAME)
    wait_until(lambda: centre.wire.broken > before, "there was no answer to cut")


def owed(ledger: Ledger) -> list[int]:
    """How many acts devices owed each time that they were written down."""
    return [fact["outbox"]["n"] for fact in ledger.facts("device.confirmed")]


def announce(screen: Screen, centre: Centre, ledger: Ledger) -> None:
    """Let the device say once what it owes, without an answer, until that stands in the log."""
    centre.wire.set(Mode.MUTE_SOCKETS)
    has_signal(screen)
    wait_until(lambda: centre.wire.swallowed > 0, "the device said nothing")
    centre.wire.set(Mode.REFUSE)
    wait_until(lambda: owed(ledger)[-1:] == [1], "what the device owes was not written down")


def forget_databases(screen: Screen, centre: Centre) -> None:
    """Take the databases from under the app, as a browser does that needs the room; the app is closed then."""
    screen.page.close()
    screen.page = screen.context.new_page()
    browser: Any = screen.context.new_cdp_session(screen.page)
    browser.send("Storage.clearDataForOrigin", {"origin": centre.url, "storageTypes": "indexeddb"})


def later_build(folder: Path) -> None:
    """Put another build of the app in the place of the one that is served; its pages say so."""
    for twin in (*folder.glob("index.html.*"), *folder.glob("sw.js.*")):
        twin.unlink()
    page, worker = folder / "index.html", folder / "sw.js"
    page.write_text(page.read_text().replace("<html ", '<html data-build="later" ', 1))
    script, found = SW_VERSION.subn("const VERSION = 'later';", worker.read_text())
    assert found == 1
    worker.write_text(script)


def test_notes_arrive_once_whatever_the_line_does(desk: Screen, centre: Centre, ledger: Ledger) -> None:
    faults = (Mode.REFUSE, Mode.HANG, Mode.CUT, Mode.LOSSY)
    for n, fault in enumerate(faults, 1):
        with centre.wire.down(fault):
            office.note(desk, f"线路{n}")
            office.note(desk, f"线路{n}，再说一句")
        arrive(desk, ledger, "case.noted", 2 * n)

    all_sent(desk)
    assert ledger.counts()["case.noted"] == 2 * len(faults)


def test_a_filing_over_a_slow_line_arrives_whole(
    phone: Screen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    ready_to_file(phone, lambda title, page=1, *, blurred=False: lighter(photograph(title, page, blurred=blurred)))

    centre.wire.set(Mode.PASS, rate=SLOW_BYTES_PER_SECOND)
    phone.press("交上去")

    filed_once(phone, ledger)


def test_a_filing_over_a_lossy_line_arrives_whole(
    phone: Screen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    ready_to_file(phone, photograph)

    with centre.wire.down(Mode.LOSSY):
        phone.press("交上去")
        arrive(phone, ledger, "case.received", 1)

    filed_once(phone, ledger)


def test_an_answer_cut_in_the_middle_of_a_frame_leads_to_no_second_act(
    desk: Screen, centre: Centre, ledger: Ledger
) -> None:
    with centre.wire.down(Mode.HOLD_ANSWERS):
        office.note(desk, "回音断在一半")
        ledger.waits_for("case.noted")
        break_answers(centre)
    office.note(desk, "线路又通了")
    arrive(desk, ledger, "case.noted", 2)
    all_sent(desk)
    assert ledger.counts()["case.noted"] == 2


def test_the_service_killed_in_the_middle_of_its_answer_does_nothing_twice(
    desk: Screen, centre: Centre, ledger: Ledger
) -> None:
    with centre.wire.down(Mode.HOLD_ANSWERS):
        office.note(desk, "服务断在一半")
        ledger.waits_for("case.noted")
        centre.kill()
        break_answers(centre)
    office.note(desk, "服务还没起来")
    centre.start()
    arrive(desk, ledger, "case.noted", 2)
    all_sent(desk)
    assert ledger.counts()["case.noted"] == 2


def test_two_tabs_send_each_act_once_and_either_may_close(desk: Screen, centre: Centre, ledger: Ledger) -> None:
    second = Screen(desk.context, address=centre.url)
    second.open(str(desk.page.evaluate("location.pathname")))
    second.sees("办理经过")
    with centre.wire.down():
        office.note(desk, "第一个页面写的")
        office.note(second, "第二个页面写的")
    arrive(desk, ledger, "case.noted", 2)

    with centre.wire.down(Mode.HANG):
        office.note(desk, "第一个页面写了就关")
        desk.page.close()
        office.note(second, "第二个页面接着写")

    arrive(second, ledger, "case.noted", 4)
    all_sent(second)
    assert ledger.counts()["case.noted"] == 4
    assert second.errors == []


def test_of_two_people_on_one_tablet_each_sees_and_sends_their_own_only(
    desk: Screen, centre: Centre, ledger: Ledger
) -> None:
    case = str(desk.page.evaluate("location.pathname"))
    with centre.wire.down():
        office.note(desk, "周敏没发出的")
        desk.press("锁屏，交给下一位")
        desk.sees(re.compile("还有 1 件操作没发出"))
        desk.picture("lock-with-unsent")
        desk.press("锁上并退出")
        desk.page.wait_for_url(re.compile("/desk/sign-in"))

    office.sign_in(desk, "何欣")
    desk.open("/desk/outbox")
    desk.sees(ALL_SENT)
    desk.open(case)
    desk.sees("办理经过")
    office.note(desk, "何欣写的")
    ledger.waits_for("case.noted")
    all_sent(desk)
    assert ledger.counts()["case.noted"] == 1
    desk.press("锁屏，交给下一位")
    desk.press("锁上并退出")
    desk.page.wait_for_url(re.compile("/desk/sign-in"))

    office.sign_in(desk, "周敏")
    ledger.waits_for("case.noted", 2, within=40)
    all_sent(desk)
    assert ledger.counts()["case.noted"] == 2


def test_work_that_the_browser_threw_away_is_told_to_its_person_and_to_the_log(
    desk: Screen, centre: Centre, ledger: Ledger
) -> None:
    centre.wire.set(Mode.REFUSE)
    office.note(desk, "会被清掉的")
    announce(desk, centre, ledger)
    forget_databases(desk, centre)
    centre.wire.set(Mode.PASS)

    desk.open("/desk")

    desk.sees("这台设备存过的 1 件操作没有了。", within=40)
    desk.picture("evicted", whole=True)
    ledger.waits_for("device.work-missing", within=40)
    assert [(fact["n"], fact["why"]) for fact in ledger.facts("device.work-missing")] == [(1, "lost")]
    assert ledger.counts()["case.noted"] == 0
    desk.press("去看看")
    desk.sees(re.compile("说过有 1 步要发，一直没有到"))


def test_a_new_version_that_comes_in_the_middle_of_a_form_waits_for_the_person(
    builds: Path, centre: Centre, phone: Screen, ledger: Ledger, photograph: Camera
) -> None:
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    phone.controlled()
    ready_to_file(phone, photograph)
    later_build(builds)
    centre.stop()
    centre.start()
    phone.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")

    phone.sees(re.compile("有新版本"))
    phone.picture("new-version", whole=True)
    page = phone.page.locator("html")
    expect(page).not_to_have_attribute("data-build", "later")
    phone.press("现在换")
    expect(page).to_have_attribute("data-build", "later", timeout=40_000)  # quiet, then a page loaded anew
    phone.sees(family.LAST_STEP)
    phone.press("交上去")

    filed_once(phone, ledger)


def test_a_resident_without_a_signal_for_thirty_days_loses_nothing(
    screens: NewScreen, centre: Centre, ledger: Ledger, photograph: Camera
) -> None:
    phone = screens("phone")
    phone.context.add_init_script("delete window.Worker")  # the page's own clock can be moved, a worker's cannot
    phone.page.clock.install()
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    phone.controlled()
    ready_to_file(phone, photograph)
    centre.wire.set(Mode.REFUSE)
    phone.press("交上去")
    phone.sees("存在本机")
    centre.stop()
    for _ in range(30):
        phone.page.clock.fast_forward(DAY_MS)
    centre.start(days_later=30)
    centre.wire.set(Mode.PASS)

    phone.open("/sign-in?after=/cases")
    family.sign_in(phone, centre.code_for)
    phone.press("房屋租赁登记备案")

    filed_once(phone, ledger)


def test_a_tablet_past_its_lease_keeps_what_was_not_sent_until_its_person_signs_in(
    desk: Screen, centre: Centre, ledger: Ledger
) -> None:
    centre.wire.set(Mode.REFUSE)
    office.note(desk, "没网时写的")
    desk.page.evaluate(SET_LEASE_PAST)

    desk.reopen("/desk")

    desk.sees("没发出的 1 件都在", within=40)
    desk.sees("锁上了")
    expect(desk.page.locator("a.q-row")).to_have_count(0)
    desk.picture("lease-over-unsent", whole=True)
    assert ledger.counts()["case.noted"] == 0
    centre.wire.set(Mode.PASS)
    desk.press("去登录")
    desk.press(re.compile("^周敏 "))
    ledger.waits_for("case.noted", within=40)
    all_sent(desk)
    assert ledger.counts()["case.noted"] == 1


def test_a_file_saved_before_the_browser_was_cleared_brings_back_what_was_not_sent(
    desk: Screen, centre: Centre, ledger: Ledger, tmp_path: Path
) -> None:
    centre.wire.set(Mode.REFUSE)
    office.note(desk, "先存成文件")
    desk.open("/desk/outbox")
    with desk.page.expect_download() as saving:
        desk.press("存成文件，交给服务台")
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    forget_databases(desk, centre)
    centre.wire.set(Mode.PASS)
    desk.open("/desk/device")
    desk.sees("这台设备存过的 1 件操作没有了。")
    desk.page.get_by_label("选那个文件").set_input_files(str(file))

    desk.sees(re.compile("取回来了：1 步"))
    desk.sees_no_more(re.compile("没有了。"))
    desk.picture("bring-in", whole=True)
    ledger.waits_for("case.noted")
    desk.page.get_by_label("选那个文件").set_input_files(str(file))
    desk.sees("文件里的，这台设备上都有了")
    all_sent(desk)
    assert ledger.counts()["case.noted"] == 1

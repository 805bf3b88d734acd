"""A device without room: what was typed stays in sight, words say what to do, and all goes on once there is room."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager

from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.engines import Screen
from tests.browser.family import Camera
from tests.browser.ledger import Ledger
from tests.browser.waiting import wait_until
from tests.browser.wire import Mode

HALF_WAY = "租期"
UNSAVED = "刚填的还没存上。"
STEP_UNKEPT = re.compile("这台设备满了，这一步没存上")
NOTE = "设备满的时候写的"


WRITE = """
async () => {
  const db = await new Promise((done, fail) => {
    const opening = indexedDB.open('room');
    opening.onupgradeneeded = () => opening.result.createObjectStore('room');
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => fail(opening.error);
  });
  const tx = db.transaction('room', 'readwrite');
  tx.objectStore('room').put(0, 0);
  const refused = await new Promise((done) => {
    tx.oncomplete = () => done('');
    tx.onabort = () => done(tx.error.name);
  });
  db.close();
  return refused;
}
"""
"""Writes something small of the test's own; answers why that was not possible."""


@contextmanager
def full(screen: Screen, centre: Centre) -> Generator[None]:
    """The browser gives the app no more room while this lasts; Chromium goes by what was left half a minute ago."""
    quota = "Storage.overrideQuotaForOrigin"
    screen.devtools(quota, origin=centre.url, quotaSize=1)
    wait_until(lambda: screen.page.evaluate(WRITE) == "QuotaExceededError", "there is still room", within=120, every=1)
    yield
    screen.devtools(quota, origin=centre.url)


def test_a_form_on_a_full_phone_keeps_what_was_typed_and_goes_on_once_there_is_room(
    phone: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    family.find_and_begin(phone)
    family.fill_in(phone, until=HALF_WAY)

    with full(phone, centre):
        family.fill_in(phone)
        phone.sees(UNSAVED)
        phone.sees(re.compile("这台设备满了。先别关这一页"))
        family.hand_over(phone, "拍房屋租赁合同第 1 页", photograph("房屋租赁合同"))
        phone.sees(re.compile("这一张没存上"))
        phone.picture("storage-full")
        phone.press("再存一次")
        phone.page.go_back()
        phone.sees(UNSAVED)

    phone.press("再存一次")
    phone.sees(re.compile("已存$"))
    phone.sees_no_more(UNSAVED)
    phone.reopen("/cases")
    phone.press(re.compile("房屋租赁登记备案"))
    family.fill_in(phone, knows={})
    family.photograph_everything(phone, photograph, pages_each=1)
    family.file(phone)
    ledger.photographs_arrived_once()
    assert ledger.counts()["case.filed"] == 1


def test_a_form_that_could_not_be_saved_is_left_only_when_its_person_says_so(phone: Screen, centre: Centre) -> None:
    family.find_and_begin(phone)

    with full(phone, centre):
        family.answer_all(phone.page.locator("main"))
        phone.sees(UNSAVED)
        phone.page.evaluate("document.querySelector('#app').__vue_app__.config.globalProperties.$router.push('/me')")
        phone.sees(UNSAVED)
        phone.press("不存了，离开")
        phone.page.wait_for_url(re.compile("/cases$"))


def test_an_act_on_a_full_tablet_keeps_its_words_and_is_done_once_there_is_room(tablet: Screen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    office.sign_in(tablet, "周敏")
    office.open_line(tablet, "《就业创业证》申领")

    with full(tablet, centre):
        office.note(tablet, NOTE)
        tablet.sees(STEP_UNKEPT)
        tablet.picture("storage-full-desk")
        assert office.dialogue(tablet).get_by_label("给同事的话").input_value() == NOTE
    assert ledger.counts()["case.noted"] == 0

    office.answer(tablet, "写备注")
    ledger.waits_for("case.noted")
    tablet.sees(NOTE)
    assert ledger.counts()["case.noted"] == 1


def test_an_act_that_waits_on_a_full_tablet_is_sent_once_there_is_room(tablet: Screen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    office.sign_in(tablet, "周敏")
    office.open_line(tablet, "《就业创业证》申领")
    centre.wire.set(Mode.REFUSE)
    office.note(tablet, NOTE)
    tablet.sees(re.compile("在本机"))

    with full(tablet, centre):
        centre.wire.set(Mode.PASS)
        tablet.open("/desk/outbox")
        tablet.sees(re.compile("写备注"))

    def arrived() -> bool:
        tablet.page.evaluate("dispatchEvent(new Event('online'))")
        return ledger.counts()["case.noted"] > 0

    wait_until(arrived, "the note was not sent", every=0.5, within=90)
    tablet.sees("都发出去了", within=60)
    assert ledger.counts()["case.noted"] == 1

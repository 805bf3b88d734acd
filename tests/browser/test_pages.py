"""Photographs before they are handed in: looked at, turned, cut, warned about, sent page by page."""

from __future__ import annotations

import re
from pathlib import Path

from PIL import Image, ImageEnhance
from playwright.sync_api import expect

from tests.browser import family
from tests.browser.centre import Centre
from tests.browser.engines import Screen
from tests.browser.family import Camera
from tests.browser.keyboard import Keyboard
from tests.browser.ledger import Ledger
from tests.browser.wire import Mode

CONTRACT = "房屋租赁合同"
SLOW_BYTES_PER_SECOND = 256_000
KEPT_MS = 40_000
SIZE_OF_THUMB = """async label => {
  const pages = [...document.querySelectorAll('button.thumb')];
  const image = pages.find((one) => one.innerText.includes(label)).querySelector('img');
  await image.decode();
  return [image.naturalWidth, image.naturalHeight];
}"""


def papers_of_a_lease(phone: Screen) -> None:
    """Open the step with the papers; everything before may be left out."""
    family.find_and_begin(phone)
    family.fill_in(phone)


def size_of(phone: Screen, label: str = "第1页") -> tuple[int, int]:
    """How wide and high the kept page of that label is."""
    width, height = phone.page.evaluate(SIZE_OF_THUMB, label)
    return width, height


def darkened(photograph: Path) -> Path:
    """The same photograph as taken at night."""
    dark = photograph.with_stem(f"{photograph.stem}-dark")
    ImageEnhance.Brightness(Image.open(photograph)).enhance(0.15).save(dark, quality=90)
    return dark


def test_a_page_is_turned_and_cut_to_its_paper_by_hand_and_by_keyboard(
    phone: Screen, centre: Centre, photograph: Camera
) -> None:
    papers_of_a_lease(phone)
    family.hand_over(phone, f"拍{CONTRACT}第 1 页", photograph(CONTRACT))
    phone.sees("1 页，拍好了")
    whole = size_of(phone)

    phone.press(re.compile("^第1页"))
    phone.press("转正、裁边")
    phone.sees("浅色的框里是留下来的")
    phone.press("自动找纸边")
    phone.picture("page-editor")
    phone.press("就要这样")
    expect(phone.page.get_by_role("dialog")).to_have_count(0, timeout=KEPT_MS)
    cut = size_of(phone)
    assert (cut[0] < whole[0] * 0.97, cut[1] < whole[1] * 0.97) == (True, True)
    assert min(cut[0] / whole[0], cut[1] / whole[1]) > 0.8, "more than the table was cut off"

    phone.press(re.compile("^第1页"))
    keys = Keyboard(phone)
    keys.activate("转正、裁边")
    keys.activate("向右转")
    keys.go_to("上边", backwards=True)
    for _ in range(10):
        keys.press("ArrowDown")
    expect(phone.page.get_by_role("slider", name="上边")).to_have_attribute("aria-valuenow", "20")
    phone.picture("page-editor-turned")
    keys.activate("就要这样")
    expect(phone.page.get_by_role("dialog")).to_have_count(0, timeout=KEPT_MS)
    assert phone.page.evaluate("document.activeElement !== document.body"), "the focus was lost with the question"
    turned = size_of(phone)
    assert abs(turned[0] - cut[1]) <= 1
    assert abs(turned[1] - cut[0] * 0.8) <= 1


def test_an_edge_can_be_dragged_and_moved_with_buttons(phone: Screen, photograph: Camera) -> None:
    papers_of_a_lease(phone)
    family.hand_over(phone, f"拍{CONTRACT}第 1 页", photograph(CONTRACT))
    phone.sees("1 页，拍好了")
    phone.press(re.compile("^第1页"))
    phone.press("转正、裁边")
    picture = phone.page.get_by_role("img", name=f"{CONTRACT}第 1 页，裁好是这样")
    picture.wait_for()
    box = picture.bounding_box()
    edge = phone.page.get_by_role("slider", name="左边")
    at = edge.bounding_box()
    assert box is not None
    assert at is not None

    phone.page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    phone.page.mouse.down()
    phone.page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2, steps=4)
    phone.page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "30")
    phone.press("左边多裁一点")
    expect(edge).to_have_attribute("aria-valuenow", "32")
    phone.press("左边少裁一点")
    expect(edge).to_have_attribute("aria-valuenow", "30")
    phone.press("从头来")
    expect(edge).to_have_attribute("aria-valuenow", "0")


def test_a_dark_and_a_blurred_page_are_named_at_once_and_may_be_used_all_the_same(
    phone: Screen, photograph: Camera
) -> None:
    papers_of_a_lease(phone)
    family.hand_over(phone, f"拍{CONTRACT}第 1 页", darkened(photograph(CONTRACT)))
    phone.sees(f"{CONTRACT}第 1 页有点暗")
    phone.picture("page-dark")
    phone.press("就用这张")
    phone.sees_no_more(f"{CONTRACT}第 1 页有点暗")

    family.hand_over(phone, f"{CONTRACT}加一页", photograph(CONTRACT, 2, blurred=True))
    phone.sees(f"{CONTRACT}第 2 页看不清")
    phone.attach(re.compile(f"^{CONTRACT}重拍第 2 页"), [photograph(CONTRACT, 2)])
    phone.sees_no_more(f"{CONTRACT}第 2 页看不清")
    phone.sees("2 页，拍好了")


def test_each_page_says_how_far_it_has_been_sent(phone: Screen, centre: Centre, photograph: Camera) -> None:
    ledger = Ledger(centre.data)
    phone.open("/sign-in")
    family.sign_in(phone, centre.code_for)
    papers_of_a_lease(phone)
    family.photograph_everything(phone, photograph, pages_each=2)
    centre.wire.set(Mode.PASS, rate=SLOW_BYTES_PER_SECOND)
    family.next_step(phone)
    phone.press("交上去")

    phone.sees(re.compile(r"还有 \d+ 页在发"), within=40)
    line = phone.page.locator("main li").filter(has_text=re.compile(rf"{CONTRACT}第 [12] 页\s*(没发出|已发 \d+%)"))
    expect(line).to_have_count(2)
    expect(phone.page.locator("main li").filter(has_text=re.compile("已发 [1-9]")).first).to_be_visible(timeout=40_000)
    phone.picture("pages-sending")
    centre.wire.set(Mode.PASS)
    ledger.waits_for("case.received", within=60)
    ledger.photographs_arrived_once()

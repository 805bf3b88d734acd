"""The main screens at every size, in large type and in the dark: kept as pictures, and nothing runs off the side."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import office
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen, Size

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
MOVED = "[...document.querySelectorAll('.table-wrap')].filter((e) => e.scrollWidth > e.clientWidth + 1).length"


def keep(screen: Screen, name: str) -> None:
    """Keep a picture in light and dark, and check that nothing must be scrolled to sideways."""
    for scheme in ("light", "dark"):
        screen.page.emulate_media(color_scheme=scheme)
        screen.picture(f"look-{name}-{scheme}")
    assert screen.page.evaluate(SIDEWAYS) <= 0, name


@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_a_resident_reads_the_first_screen_and_an_item_at_every_size(screens: NewScreen, size: Size) -> None:
    screen = screens(size)
    screen.open("/")
    screen.sees("想办什么事")
    keep(screen, f"home-{size}")
    screen.press("长辈版")
    keep(screen, f"home-{size}-large")

    screen.open("/item/house-lease-filing")
    screen.sees("要准备什么")

    keep(screen, f"item-{size}-large")


def test_in_the_largest_type_the_box_to_find_in_stands_on_the_first_screen(phone: Screen) -> None:
    phone.open("/me")
    phone.press("最大")
    phone.open("/")
    box = phone.field("想办什么事")
    box.wait_for()

    expect(box).to_be_in_viewport(ratio=1)
    expect(phone.button("找一找")).to_be_in_viewport(ratio=1)
    keep(phone, "home-phone-largest")


@pytest.mark.parametrize("name", ["周敏", "孙浩"])
def test_on_a_telephone_every_page_of_the_desk_can_be_reached_in_large_type(phone: Screen, name: str) -> None:
    office.sign_in(phone, name)
    phone.page.evaluate("document.documentElement.dataset.size = 'large'")

    tabs = phone.page.get_by_role("navigation", name="主要页面").get_by_role("link")
    expect(tabs.filter(has_text="发件箱")).to_be_in_viewport(ratio=1)
    for tab in tabs.all():
        expect(tab).to_be_in_viewport(ratio=1)
    keep(phone, f"desk-bar-{name}")


@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_staff_read_the_queue_and_an_auditor_the_list_at_every_size(screens: NewScreen, size: Size) -> None:
    screen = screens(size)
    office.sign_in(screen, "周敏")
    screen.sees("房屋租赁登记备案")
    keep(screen, f"desk-{size}")

    audit = screens(size)
    office.sign_in(audit, "顾文", after="/audit")
    audit.sees("房屋租赁登记备案")

    keep(audit, f"audit-{size}")


@pytest.mark.parametrize("size", ["phone", "tablet", "desktop"])
def test_a_lead_reads_the_board_and_a_wall_shows_who_is_called_at_every_size(screens: NewScreen, size: Size) -> None:
    screen = screens(size)
    office.sign_in(screen, "孙浩", after="/lead")
    screen.sees("谁手上有多少")
    keep(screen, f"lead-{size}")
    for page, words in {"people": "全组的人", "reports": "按渠道", "ratings": "被评的", "orders": "第 3 批"}.items():
        screen.open(f"/lead/{page}")
        screen.sees(words)
        keep(screen, f"lead-{page}-{size}")
        if page in ("people", "orders"):
            expect(screen.page.get_by_role("rowheader", name="房屋租赁登记备案", exact=True).first).to_be_visible()
            assert screen.page.evaluate(MOVED) == 0, f"a table of {page} is moved sideways"
    screen.open("/desk/counter")
    screen.sees("各队在等")
    keep(screen, f"counter-{size}")

    wall = screens(size)
    wall.open("/panel")
    wall.sees(re.compile("请到|今天还没有叫号"))  # in the evening nobody is called any more
    keep(wall, f"panel-{size}")


def test_tokens_and_components_stand_on_one_page_that_follows_colours_and_motion_at_once(screens: NewScreen) -> None:
    screen = screens("desktop")
    screen.open("/look")
    screen.sees("颜色和对比")
    screen.picture("look-components", whole=True)
    ratio = re.compile(r"([\d.]+):1 ≥ (\d+)")

    light = [ratio.search(pair) for pair in screen.page.locator(".look__pairs li").all_inner_texts()]
    screen.press("深色")
    expect(screen.page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = [ratio.search(pair) for pair in screen.page.locator(".look__pairs li").all_inner_texts()]
    screen.press("关掉")
    moving = screen.page.locator(".btn").first.evaluate("button => getComputedStyle(button).transitionDuration")

    assert len(light) == len(dark) > 0
    assert all(found and float(found[1]) >= float(found[2]) for found in [*light, *dark])
    assert moving == "0s"
    screen.picture("look-components-dark", whole=True)

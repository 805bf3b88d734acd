"""The main screens at every size, in large type and in the dark: kept as pictures, and nothing runs off the side."""

import pytest

from tests.browser import office
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen, Size

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


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

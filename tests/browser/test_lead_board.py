"""The lead's board: who is invited to take a case over, and giving it away by dragging, by pressing, and back again."""

from __future__ import annotations

import re

from playwright.sync_api import Locator

from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger

CARD = "失业登记"
"""Waits for acceptance, which several clerks may do."""


def board_of(screens: NewScreen) -> Screen:
    """The lead's screen with the board on it."""
    lead = screens("desktop")
    office.sign_in(lead, "孙浩", after="/lead")
    card(lead).wait_for()
    return lead


def card(lead: Screen) -> Locator:
    return lead.page.get_by_role("button", name=re.compile(f"^{CARD}"), pressed=False).first


def give(lead: Screen, why: str) -> None:
    """Say why and give it."""
    office.dialogue(lead).get_by_label("为什么改派").fill(why)
    lead.picture("lead-reassign")
    office.answer(lead, "改派")


def test_a_card_is_dragged_to_a_colleague_and_the_move_taken_back(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    lead = board_of(screens)
    held = card(lead)
    held.hover()
    lead.page.mouse.down()
    lead.page.mouse.move(700, 600, steps=8)
    tray = lead.page.get_by_role("region", name="放到谁那里")
    tray.wait_for()
    lead.picture("lead-drag")
    tray.get_by_role("listitem").first.hover()
    lead.page.mouse.up()

    give(lead, "他手上少。")
    ledger.waits_for("case.reassigned")
    lead.press("撤销")

    ledger.waits_for("claim.broken")
    lead.sees("撤销了，1 件回到原来的样子")


def test_the_same_is_done_with_the_keyboard_alone(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    lead = board_of(screens)
    card(lead).focus()
    lead.page.keyboard.press("Enter")
    lead.page.keyboard.press("Tab")
    lead.page.keyboard.press("Enter")

    dialogue = office.dialogue(lead)
    dialogue.get_by_role("radio").first.focus()
    lead.page.keyboard.press("Space")
    dialogue.get_by_label("为什么改派").focus()
    lead.page.keyboard.type("有人请假。")
    office.answer(lead, "改派")

    ledger.waits_for("case.reassigned")


def test_nobody_is_invited_to_take_a_case_who_is_full_already(screens: NewScreen, centre: Centre) -> None:
    lead = board_of(screens)
    lead.sees(re.compile("一天按 7 小时算"))
    lead.page.get_by_role("button", name=re.compile("等审核")).first.click()

    aside = lead.page.get_by_role("complementary")
    aside.get_by_text(re.compile("^能接的同事都排满了。最少的是李涛")).wait_for()
    assert aside.get_by_role("button", name=re.compile("^转给")).count() == 0
    lead.picture("lead-full")

"""Filing without a mouse, in large type, with what a screen reader is told: the elder-friendly rules of the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from playwright.sync_api import expect

from tests.browser import family
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.family import Camera
from tests.browser.keyboard import Heard, Keyboard
from tests.browser.ledger import Ledger

LEAST_TEXT = 18
LEAST_TARGET = 60
THICKEST_NEEDED = 2
WRONG_NUMBER = "420105199003071230"
NEXT = "下一步"
# Text that a person reads, by its size; what is there for screen readers only does not count.
SMALL_TEXT = """least => [...document.querySelectorAll('body *')]
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.checkVisibility())
  .filter((e) => { const r = e.getBoundingClientRect(); return r.width > 2 && r.height > 2; })
  .filter((e) => parseFloat(getComputedStyle(e).fontSize) < least)
  .map((e) => e.tagName + ' ' + e.textContent.trim().slice(0, 12) + ' ' + getComputedStyle(e).fontSize)"""
# What can be pressed, by the box that takes the press: of a choice or a camera field that is its label.
# A link within a sentence may be as high as its line (WCAG 2.5.8).
SMALL_TARGETS = """least => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter((e) => e.checkVisibility() && e.tabIndex >= 0 && !e.matches('.skip'))
  .map((e) => [e, e.matches('[type=radio], [type=checkbox], [type=file]') ? (e.labels[0] ?? e) : e])
  .filter(([e, box]) => !(e.tagName === 'A' && getComputedStyle(e).display === 'inline'))
  .map(([e, box]) => [e, box.getBoundingClientRect()])
  .filter(([, r]) => r.width > 0 && (r.height < least - 0.5 || r.width < least - 0.5))
  .map(([e, r]) => [e.tagName, (e.textContent || e.id).trim().slice(0, 12), r.width, r.height].join(' '))"""


class Rules(NamedTuple):
    """What breaks the rules of large type on the screens that were looked at."""

    found: dict[str, list[str]]

    def look_at(self, screen: Screen, name: str) -> None:
        """Measure the screen as it is now, and keep a picture."""
        small = screen.page.evaluate(SMALL_TEXT, LEAST_TEXT) + screen.page.evaluate(SMALL_TARGETS, LEAST_TARGET)
        if small:
            self.found[name] = small
        screen.picture(f"keyboard-{name}")


def focus_is_on_the_screen(screen: Screen) -> None:
    """Wait until a new screen begins to be read from its start."""
    screen.until("document.activeElement?.id === 'main'")


def answer_all(keys: Keyboard, knows: Mapping[str, str]) -> list[Heard]:
    """Go through the questions of a step with Tab, answer what is known and stop at the button that leads on.

    Returns:
        What was heard at each place, in order.
    """
    said: list[Heard] = []
    answered: set[str] = set()
    while True:
        keys.press("Tab")
        heard = keys.heard()
        said.append(heard)
        assert heard.name, f"nothing is said at {heard.role}, after {said[-2:]}"
        assert keys.in_sight(), f"{heard.name} has the focus and cannot be seen"
        assert keys.ring() >= THICKEST_NEEDED, f"{heard.name} shows no ring"
        if heard.name.startswith(NEXT) and heard.role == "button":
            return said
        question = heard.question
        if question in answered or question not in knows:
            continue
        answered.add(question)
        if heard.role == "radio":
            keys.choose(knows[question])
        elif heard.role in ("textbox", "Date"):
            keys.type(knows[question])
        else:
            raise AssertionError(f"{question} cannot be answered: {heard}")


def is_said_to_be_needed(one: Heard) -> bool:
    """Whether the screen reader says that an answer is needed, or that it may be left out.

    Of choices and dates Chromium never says that they are needed; that nothing is wrong with them yet it does.
    """
    if one.role in ("radio", "Date"):
        return one.states.get("invalid") in (None, "false")
    return bool(one.states.get("required")) or "可以不填" in one.name


def test_expert_19_in_large_type_the_whole_lease_is_filed_with_the_keyboard_alone(
    phone: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    rules = Rules({})
    phone.open("/")
    phone.sees("想办什么事")
    keys = Keyboard(phone)

    keys.press("Tab")
    assert keys.heard().name == "跳到正文"
    keys.activate("长辈版")
    rules.look_at(phone, "home")
    keys.go_to(re.compile("^想办什么事"))
    keys.type("租房")
    keys.press("Enter")
    keys.activate(re.compile("^房屋租赁登记备案"))
    phone.sees("要准备什么")
    focus_is_on_the_screen(phone)
    rules.look_at(phone, "item")
    keys.activate(re.compile("^现在就办"))
    dialogue = phone.page.get_by_role("dialog")
    expect(dialogue).to_be_visible()
    assert dialogue.evaluate("e => e.contains(document.activeElement)"), "the focus stayed behind the question"
    rules.look_at(phone, "whom")
    keys.activate(re.compile("^给自己办"))
    phone.sees(re.compile("^第 1 步"))

    steps = 0
    while (heading := family.heading_of(phone)) != family.PHOTOGRAPH_STEP:
        steps += 1
        focus_is_on_the_screen(phone)
        said = answer_all(keys, family.KNOWS)
        rules.look_at(phone, f"step-{steps}")
        questions = [one for one in said if one.question in family.KNOWS]
        assert questions, f"nothing was asked under {heading}"
        unsaid = [one for one in questions if not is_said_to_be_needed(one)]
        assert unsaid == [], "neither said to be needed nor to be left out at will"
        keys.press("Enter")
        phone.until("before => document.querySelector('main h1')?.innerText !== before", heading)

    focus_is_on_the_screen(phone)
    while (field := phone.page.get_by_label(re.compile(r"^拍(.+?)第 1 页$"))).count():
        label = field.first.get_attribute("aria-label") or ""
        paper = label.removeprefix("拍").removesuffix("第 1 页")
        keys.go_to(label)
        assert keys.in_sight(), label
        keys.hand_over(photograph(paper))
        expect(phone.page.locator("p.vh[role=status]")).to_have_text(f"{paper}第 1 页存好了")
    rules.look_at(phone, "papers")
    keys.activate(re.compile(f"^{NEXT}"))
    phone.sees(family.LAST_STEP)
    focus_is_on_the_screen(phone)
    rules.look_at(phone, "summary")
    keys.activate("交上去")

    phone.page.wait_for_url(re.compile("/sign-in"))
    focus_is_on_the_screen(phone)
    rules.look_at(phone, "sign-in")
    keys.go_to("手机号")
    keys.type(family.PHONE)
    keys.press("Enter")
    keys_of_the_message = centre.code_for(family.PHONE)
    expect(phone.field("短信里的 6 位数字")).to_be_focused()
    keys.type(keys_of_the_message)
    keys.press("Enter")
    phone.sees("收齐了", within=40)
    ledger.waits_for("case.received")
    rules.look_at(phone, "case")

    assert rules.found == {}


def test_expert_19_what_is_wrong_or_missing_is_said_with_its_name_and_leads_to_its_place(
    phone: Screen, photograph: Camera
) -> None:
    phone.open("/")
    phone.press("长辈版")
    family.find_and_begin(phone)
    keys = Keyboard(phone)

    answer_all(keys, {**family.KNOWS, "证件号码": WRONG_NUMBER, "姓名": ""})
    keys.press("Enter")
    alert = phone.page.get_by_role("alert").filter(has_text="还有 2 处要改")
    expect(alert).to_be_focused()
    lines = [line.inner_text() for line in alert.get_by_role("link").all()]
    assert [("姓名" in first, "证件号码" in second) for first, second in [lines]] == [(True, True)]
    phone.picture("keyboard-errors")
    keys.activate(re.compile("证件号码"))
    heard = keys.heard()
    assert (heard.name, heard.states["invalid"]) == ("证件号码", "true")
    assert lines[1].strip() in heard.description
    keys.type(family.KNOWS["证件号码"])
    keys.press("Tab")
    phone.sees_no_more("还有 2 处要改")
    keys.press("Shift+Tab")
    assert keys.heard().states["invalid"] == "false"

    family.fill_in(phone)
    papers = family.photograph_everything(phone, photograph, pages_each=1)
    left_out = next(iter(papers))
    phone.page.get_by_role("button", name=re.compile("^第1页")).first.click()
    phone.press("去掉这一页")
    family.next_step(phone)
    keys.activate("交上去")
    missing = phone.page.get_by_role("alert").filter(has_text="还有 1 处要改")
    expect(missing).to_be_focused()
    keys.activate(re.compile(f"^{left_out}.*还没拍"))
    phone.sees(family.PHOTOGRAPH_STEP)
    assert left_out in phone.page.evaluate("document.activeElement.innerText")


def test_expert_19_the_tree_that_a_screen_reader_walks_is_the_form_in_its_order(screens: NewScreen) -> None:
    phone = screens("phone")
    family.find_and_begin(phone)

    expect(phone.page.locator("main")).to_match_aria_snapshot(FIRST_STEP)
    expect(phone.page.locator("footer")).to_match_aria_snapshot('- button "下一步"')


FIRST_STEP = """
- main:
  - paragraph: 第 1 步，共 10 步·下一步：出租人
  - heading "申请人" [level=1]
  - paragraph:
    - text: 给自己办
    - button "换个人"
  - text: 姓名
  - paragraph: 照证件上写，生僻字也能填
  - textbox "姓名"
  - group "证件类型":
    - text: 证件类型
    - radio "居民身份证"
    - text: 居民身份证
    - radio "港澳台居民居住证"
    - text: 港澳台居民居住证
    - radio "外国人永久居留身份证"
    - text: 外国人永久居留身份证
    - radio "护照"
    - text: 护照
  - text: 证件号码
  - paragraph: 照证件上写，字母也要写
  - textbox "证件号码"
  - text: 联系电话
  - paragraph: 手机或座机都行
  - textbox "联系电话"
  - text: 现居住地址
  - paragraph: 写到门牌号，比如：北桥路 18 号 3 栋 502
  - textbox "现居住地址"
  - button "一项一项填"
"""

"""The father of the story: what he knows, and how he reads a form that he has never seen."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator

from tests.browser.engines import Screen

PHONE = "13900001234"
NAME = "林海生"

KNOWS = {
    "为谁申请": "个人",
    "姓名": NAME,
    "证件类型": "居民身份证",
    "证件号码": "420105199003071231",
    "联系电话": PHONE,
    "现居住地址": "北桥路18号3栋2单元501",
    "申请人身份": "承租人",
    "出租人类型": "个人",
    "出租人姓名（名称）": "赵建国",
    "出租人证件类型": "居民身份证",
    "出租人证件号码": "420105195801010013",
    "出租人电话": "13871234567",
    "承租人类型": "个人",
    "承租人姓名": NAME,
    "承租人证件类型": "居民身份证",
    "承租人证件号码": "420105199003071231",
    "承租人电话": PHONE,
    "租赁方式": "直接出租",
    "是否共有房屋": "否",
    "产权证号": "鄂(2024)武汉市不动产权第0012345号",
    "房屋坐落": "北桥路18号3栋2单元501",
    "房屋在本街道辖区": "是",
    "租赁面积（平方米）": "86.5",
    "租赁用途": "居住",
    "月租金（元）": "2800",
    "租期开始": "2026-12-01",
    "租期结束": "2027-11-30",
    "居住人数": "3",
    "是否用于子女入学": "是",
    "承诺无禁止出租情形": "是",
    "是否由他人代办": "否",
    "领取方式": "邮寄送达",
    "收件人": NAME,
    "收件电话": PHONE,
    "收件地址": "北桥路18号3栋2单元501",
}
"""What he would answer, by the words on the form."""

LAST_STEP = "看一遍，交上去"
PHOTOGRAPH_STEP = "拍照交材料"
_PHOTOGRAPH = re.compile(r"^拍(.+?)第 1 页$")


class Camera(Protocol):
    """Takes a photograph of a page of a paper."""

    def __call__(self, title: str, page: int = 1, *, blurred: bool = False) -> Path:
        """The photograph's file."""
        ...


def find_and_begin(screen: Screen) -> None:
    """Find the item by a plain word and begin."""
    screen.open("/")
    screen.write("想办什么事", "租房")
    screen.press("找一找")
    screen.press(re.compile("^房屋租赁登记备案"))
    begin(screen)


def begin(screen: Screen, whom: str = "给自己办") -> None:
    """Begin the item whose page is on the screen."""
    screen.press("现在就办")
    screen.press(whom)
    screen.sees(re.compile("^第 1 步"))


def fill_in(
    screen: Screen,
    *,
    until: str = PHOTOGRAPH_STEP,
    knows: Mapping[str, str] = KNOWS,
    between: Callable[[str], None] | None = None,
) -> None:
    """Answer step after step what is known, until the step called `until` is on the screen.

    Args:
        screen: with the form open.
        until: heading of the step to stop at.
        knows: the answers by the words on the form.
        between: called with the heading of each step once it is filled in.
    """
    while (heading := heading_of(screen)) != until:
        answer_all(screen.page.locator("main"), knows)
        if between is not None:
            between(heading)
        next_step(screen)


def heading_of(screen: Screen) -> str:
    """The heading of the step on the screen."""
    return screen.page.locator("main").get_by_role("heading", level=1).inner_text()


def next_step(screen: Screen) -> None:
    """Go on to the next step and wait until it is there."""
    heading = heading_of(screen)
    screen.press("下一步")
    screen.until("before => document.querySelector('main h1')?.innerText !== before", heading)


def answer_all(form: Locator, knows: Mapping[str, str] = KNOWS) -> None:
    """Answer every question in sight; an answer may bring up another question, so look again until all are."""
    answered: set[str] = set()
    while (question := _open_question(form, answered)) is not None:
        label, field = question
        answered.add(label)
        if label not in knows:
            continue
        if field.get_attribute("role") == "group" or field.evaluate("e => e.tagName") == "FIELDSET":
            field.get_by_label(knows[label], exact=True).check()
        else:
            field.fill(knows[label])


def _open_question(form: Locator, answered: set[str]) -> tuple[str, Locator] | None:
    for field in form.locator("fieldset, input:not([type=radio]):not([type=file]), textarea").all():
        label = _label_of(field)
        if label and label not in answered and field.is_visible():
            return label, field
    return None


def _label_of(field: Locator) -> str:
    """The words that stand at a field, without what only says that it may be left out."""
    words: str = field.evaluate(
        "e => (e.tagName === 'FIELDSET' ? e.querySelector('legend') : e.labels?.[0])?.innerText ?? ''"
    )
    return words.splitlines()[0].replace("（可不填）", "").strip() if words else ""


def photograph_everything(screen: Screen, camera: Camera, *, pages_each: int = 2) -> dict[str, list[Path]]:
    """Photograph every paper that the screen asks for, `pages_each` pages of each.

    Returns:
        The photographs by paper.
    """
    taken: dict[str, list[Path]] = {}
    while (paper := _paper_asked_for(screen)) is not None:
        taken[paper] = [camera(paper, page) for page in range(1, pages_each + 1)]
        for page, photograph in enumerate(taken[paper], 1):
            hand_over(screen, f"拍{paper}第 1 页" if page == 1 else f"{paper}加一页", photograph)
            _section(screen, paper).get_by_text(f"{page} 页，拍好了").wait_for()
    return taken


def sign_everything(screen: Screen) -> None:
    """Confirm every declaration that the screen asks for."""
    for box in screen.page.get_by_role("checkbox", name=re.compile("^我确认")).all():
        box.check()


def file(screen: Screen) -> None:
    """Go on from the papers and hand everything in."""
    next_step(screen)
    screen.press("交上去")
    screen.sees("收齐了", within=40)


def hand_over(screen: Screen, label: str, photograph: Path) -> None:
    """Choose a photograph where a camera field asks for one."""
    screen.page.get_by_label(label, exact=True).set_input_files(str(photograph))


def _paper_asked_for(screen: Screen) -> str | None:
    field = screen.page.get_by_label(_PHOTOGRAPH).first
    match = _PHOTOGRAPH.match(field.get_attribute("aria-label") or "") if field.count() else None
    return match[1] if match else None


def _section(screen: Screen, paper: str) -> Locator:
    """The part of the screen that speaks of one paper."""
    heading = screen.page.get_by_role("heading", name=paper, exact=True)
    return screen.page.locator("section, article, li, div").filter(has=heading).last


def sign_in(screen: Screen, code: Callable[[str], str], *, phone: str = PHONE) -> None:
    """Sign in with the code that arrives on the telephone."""
    screen.write("手机号", phone)
    screen.press("发验证码")
    screen.write("短信里的 6 位数字", code(phone))
    screen.press("登录")
    screen.page.wait_for_url(lambda address: "/sign-in" not in address)

"""Filing for somebody at the window and on the telephone, with the papers by a one-time link."""

from __future__ import annotations

import re

from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.engines import Screen
from tests.browser.family import Camera
from tests.browser.ledger import Ledger

ITEM = "老年人优待证（老年证）办理"
SHE = "吴秀珍"
KNOWS = {
    **family.KNOWS,
    "姓名": SHE,
    "证件号码": "420105194404150026",
    "是否本市户籍": "是",
    "办理类型": "首次办理",
    "年龄段": "80至89周岁",
    "是否驻区军队离退休人员": "否",
    "开户人姓名": SHE,
    "开户银行": "武汉农村商业银行",
    "银行账号": "6210981234567890123",
    "领取方式": "窗口自取",
}


def fill_in_for_her(desk: Screen, channel: str) -> None:
    """Choose where she is and what it is about, and answer as she says it."""
    office.sign_in(desk, "周敏", after="/desk/intake")
    desk.tick(channel)
    desk.write("找事项：字、拼音、首字母", "老年证")
    desk.press(ITEM)
    desk.sees(f"代填：{ITEM}")
    family.answer_all(desk.page.locator("main"), KNOWS)


def test_a_clerk_files_for_somebody_on_the_telephone_and_her_papers_come_by_the_link(
    tablet: Screen, phone: Screen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    fill_in_for_her(tablet, "在电话那头")
    tablet.picture("intake-phone", whole=True)
    tablet.press("交上去")
    tablet.sees(f"收下了：{ITEM}")
    ledger.waits_for("case.filed")
    tablet.press("发链接，让本人拍材料")
    office.dialogue(tablet).get_by_role("button", name="生成链接").click()
    ledger.waits_for("upload_link.made")
    tablet.sees("请申请人用手机扫这个码")
    tablet.picture("intake-link")
    address = office.dialogue(tablet).get_by_text(re.compile("/hand-in/")).inner_text()
    office.answer(tablet, "好了")

    # She opens it on her own telephone, where nobody has signed in.
    phone.open(address.removeprefix(centre.url))
    phone.sees(re.compile("还要交下面 . 样"))
    papers = [heading.inner_text() for heading in phone.page.get_by_role("heading", level=2).all()]
    for paper in papers:
        phone.attach(f"{paper}：拍一张", [photograph(paper)])
        phone.page.get_by_label(f"{paper}：加一页").wait_for(state="attached")
    phone.press("交上去")
    phone.sees("交好了", within=40)
    ledger.waits_for("case.received")

    tablet.press("打开这一件")
    tablet.sees(SHE)
    tablet.sees("周敏代填")
    office.tick_all(tablet)
    tablet.picture("intake-case")
    phone.page.reload()
    phone.sees("这个链接用过了，或者过期了")


def test_a_clerk_files_two_things_at_once_for_her_at_the_window(tablet: Screen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    office.sign_in(tablet, "周敏", after="/desk/intake")
    tablet.tick("在窗口")
    tablet.press(re.compile("^老年人福利"))
    for other in ("老年人福利补贴", "社会保险待遇领取资格认证"):
        office.dialogue(tablet).get_by_role("checkbox", name=re.compile(f"^{other}")).uncheck()
    tablet.picture("intake-bundle-pick")
    office.answer(tablet, "一起填")
    tablet.sees(re.compile("^代填：老年人福利"))
    family.answer_all(tablet.page.locator("main"), KNOWS)
    tablet.press("交上去")

    tablet.sees(re.compile("收下了：老年人福利"))
    tablet.picture("intake-bundle-filed")
    ledger.waits_for("bundle.filed")
    (bundle,) = ledger.facts("bundle.filed")
    assert (bundle["channel"], len(bundle["children"])) == ("window", 2)
    tablet.press("打开这一件")
    tablet.sees(SHE)
    tablet.sees("一件事")


def test_what_was_filled_in_at_the_window_is_kept_and_filed_without_a_network_later(
    tablet: Screen, centre: Centre
) -> None:
    ledger = Ledger(centre.data)
    fill_in_for_her(tablet, "在窗口")
    tablet.sees("存在这台设备上了")
    tablet.reopen("/desk/intake")
    tablet.sees("没填完的（1）")
    tablet.press("接着填")
    tablet.sees(f"代填：{ITEM}")
    assert tablet.field("姓名").input_value() == SHE

    with centre.wire.down():
        tablet.press("交上去")
        tablet.sees("现在没有网，存在这台设备上，有网就交。")
    ledger.waits_for("case.filed")
    assert ledger.facts("case.filed")[0]["channel"] == "window"

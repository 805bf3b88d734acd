"""Filing for somebody else, for an organisation and for several things at once, and what follows on the screens."""

from __future__ import annotations

import re

from tests.browser import family, office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.family import Camera
from tests.browser.households import Households
from tests.browser.ledger import Ledger

FATHER = "林国栋"
FATHERS_CARD = {
    **family.KNOWS,
    "姓名": FATHER,
    "证件号码": "420105195006200037",
    "联系电话": "13900005678",
    "是否本市户籍": "是",
    "办理类型": "首次办理",
    "代办人姓名": family.NAME,
    "与申请人关系": "子女",
    "代办人身份证号": family.KNOWS["证件号码"],
    "代办人电话": family.PHONE,
    "领取方式": "窗口自取",
}
TEA_HOUSE = "武汉北桥茶社有限公司"
THE_TEA_HOUSES_LOAN = {
    "单位名称": TEA_HOUSE,
    "统一社会信用代码": "91420105MA4KX1234K",
    "法定代表人（负责人）": "周小云",
    "经办人姓名": family.NAME,
    "经办人电话": family.PHONE,
    "是否由他人代办": "否",
    "申请群体": "小微企业",
    "经营主体统一社会信用代码": "91420105MA4KX1234K",
    "申请金额（元）": "200000",
    "资金用途": "添置设备",
    "有固定经营场所": "否",
}
GRANDMOTHER = {
    **family.KNOWS,
    "姓名": "陈桂兰",
    "证件号码": "420105194404150026",
    "是否本市户籍": "是",
    "办理类型": "首次办理",
    "年龄段": "80至89周岁",
    "是否驻区军队离退休人员": "否",
    "开户人姓名": "陈桂兰",
    "开户银行": "武汉农村商业银行",
    "银行账号": "6210981234567890123",
    "领取方式": "窗口自取",
}


def signed_in(phone: Screen, centre: Centre, after: str) -> None:
    phone.open(f"/sign-in?after={after}")
    family.sign_in(phone, centre.code_for)


def desk_with(screens: NewScreen, name: str, case: str) -> Screen:
    """The tablet of a member of staff with the case open."""
    desk = screens("tablet")
    office.sign_in(desk, name, after=f"/desk/case/{case}")
    desk.sees("办理经过")
    return desk


def test_a_son_files_for_his_father_the_two_are_kept_apart_and_he_ends_the_agency(
    phone: Screen, screens: NewScreen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    signed_in(phone, centre, "/item/elder-card")
    family.begin(phone, "替家人办")
    phone.sees(re.compile("^您在替家人办"))
    phone.picture("for-father-step")
    assert phone.page.get_by_text("是否由他人代办").count() == 0, "it was asked before the form"
    family.fill_in(phone, knows=FATHERS_CARD)
    family.sign_everything(phone)
    papers = family.photograph_everything(phone, photograph, pages_each=1)
    assert "代办人居民身份证" in papers
    family.file(phone)

    phone.sees(f"您在替{FATHER}办")
    phone.picture("for-father", whole=True)
    case = ledger.facts("case.filed")[0]
    assert case["agent"] is not None
    assert case["applicant"] != case["agent"]
    desk = desk_with(screens, "周敏", phone.page.url.rsplit("/", 1)[1])
    desk.sees(FATHER)
    desk.sees(f"代办：{family.NAME}")
    desk.picture("for-father-desk")

    phone.press("我不再代办")
    phone.write("写一句为什么", "父亲自己会用手机了。")
    office.answer(phone, "不再代办")
    ledger.waits_for("agency.ended")

    phone.sees(re.compile("^这件事不在您名下"), within=40)
    desk.sees(f"代办已结束：{family.NAME}", within=40)


def test_an_organisation_applies_under_its_own_name(
    phone: Screen, screens: NewScreen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    signed_in(phone, centre, "/item/startup-loan-qualification")
    family.begin(phone, "给单位办")
    phone.sees("给单位办")
    assert phone.page.get_by_text("为谁申请").count() == 0, "it was asked before the form"
    family.fill_in(phone, knows=THE_TEA_HOUSES_LOAN)
    phone.picture("for-organisation-papers", whole=True)
    family.photograph_everything(phone, photograph, pages_each=1)
    family.next_step(phone)
    phone.sees(TEA_HOUSE)
    phone.picture("for-organisation-summary", whole=True)
    phone.press("交上去")

    phone.sees("收齐了", within=40)
    ledger.waits_for("case.received")
    desk = desk_with(screens, "周敏", phone.page.url.rsplit("/", 1)[1])
    desk.sees(TEA_HOUSE)
    desk.picture("for-organisation-desk")


def test_two_things_are_filed_by_one_form_and_one_set_of_papers(
    phone: Screen, screens: NewScreen, centre: Centre, photograph: Camera
) -> None:
    ledger = Ledger(centre.data)
    signed_in(phone, centre, "/items")
    phone.press(re.compile("^老年人福利"))
    for other in ("^老年人福利补贴", "^社会保险待遇领取资格认证"):
        phone.page.get_by_role("checkbox", name=re.compile(other)).uncheck()
    phone.picture("bundle-pick", whole=True)
    phone.press("一起办")
    phone.sees(re.compile("^第 1 步"))
    family.fill_in(phone, knows=GRANDMOTHER)
    papers = family.photograph_everything(phone, photograph, pages_each=1)
    assert len(papers) == len(set(papers)), "each paper is asked for once"
    family.next_step(phone)
    phone.press("交上去")

    phone.sees("一起交的几件", within=40)
    phone.sees("共 2 件，办好 0 件")
    phone.picture("bundle-case", whole=True)
    ledger.waits_for("case.received", 2, within=40)
    filed, stored = ledger.facts("case.filed"), ledger.facts("file.stored")
    named = {(page["file"], page["sha256"]) for case in filed for page in case["pages"]}
    assert named == {(file["file"], file["sha256"]) for file in stored}
    children = [child["case"] for child in ledger.facts("bundle.filed")[0]["children"]]
    assert len(children) == 2
    desk = desk_with(screens, "周敏", children[0])
    desk.sees("一件事")


def test_how_the_result_comes_is_changed_while_there_is_time(phone: Screen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    under_way = Households(centre.data).case(
        lambda body: (
            body["status"] == "accepted"
            and body["item_id"] == "house-lease-filing"
            and "case.change-delivery" in body["acts"]
        )
    )
    phone.open(f"/sign-in?after=/case/{under_way.id}")
    family.sign_in(phone, centre.code_for, phone=under_way.phone)

    phone.press("改领取方式或地址")
    dialogue = office.dialogue(phone)
    dialogue.get_by_label("邮寄送达").check()
    for label, words in {"收件人": "林海生", "收件电话": family.PHONE, "收件地址": "北桥路18号3栋2单元501"}.items():
        dialogue.get_by_label(label).fill(words)
    phone.picture("delivery-change")
    office.answer(phone, "就这样改")

    ledger.waits_for("case.delivery_changed")
    phone.sees("怎么给您：邮寄", within=40)

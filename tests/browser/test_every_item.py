"""Every item opens and can be begun; what is wrong is said in words, and nothing is lost by it."""

import re
from pathlib import Path

from tests.browser.engines import Screen
from tests.browser.family import Camera, fill_in, find_and_begin, hand_over
from tests.domain.catalogue.shipped import shipped_catalogue

CERTIFICATE = "房屋产权证书（不动产权证书）"


def test_all_43_items_open_and_can_be_begun(phone: Screen) -> None:
    items = shipped_catalogue().items
    phone.open("/items")
    assert len(items) == 43

    for item in items:
        phone.open(f"/item/{item.id}")
        phone.page.get_by_role("heading", name=item.name_zh, level=1).wait_for()
        phone.sees("要准备什么")
        phone.press("现在就办")
        begin_for_whom_it_may_be(phone)
        phone.sees(re.compile("^第 1 步"))


def begin_for_whom_it_may_be(phone: Screen) -> None:
    """Choose the first of those for whom the item can be applied for, where there is a choice."""
    choice = phone.page.get_by_role("dialog").get_by_role("button")
    step = phone.page.get_by_text(re.compile("^第 1 步"))
    choice.or_(step).first.wait_for()
    if choice.count():
        choice.first.click()


def test_a_wrong_answer_is_named_at_its_field_and_what_was_typed_stays(phone: Screen) -> None:
    find_and_begin(phone)
    phone.write("姓名", "林海生")
    phone.tick("居民身份证")
    phone.write("证件号码", "420105199003071239")
    phone.write("联系电话", "12345")
    phone.write("现居住地址", "北桥路18号3栋2单元501")

    phone.press("下一步")

    phone.sees(re.compile("还有 2 处要改"))
    phone.picture("wrong-answers", whole=True)
    assert phone.field("证件号码").input_value() == "420105199003071239"
    assert phone.field("联系电话").input_value() == "12345"
    phone.write("证件号码", "420105199003071231")
    phone.write("联系电话", "13900001234")
    phone.press("下一步")
    phone.sees(re.compile("^第 2 步"))


def test_a_file_that_is_no_photograph_is_refused_in_words_and_the_good_pages_stay(
    phone: Screen, photograph: Camera, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 this is no photograph")
    find_and_begin(phone)
    fill_in(phone)
    hand_over(phone, f"拍{CERTIFICATE}第 1 页", photograph(CERTIFICATE))
    phone.sees("1 页，拍好了")

    hand_over(phone, f"{CERTIFICATE}加一页", broken)

    phone.sees(re.compile("打不开"))
    phone.sees("1 页，拍好了")
    phone.picture("broken-photograph", whole=True)

"""Courses, policies and questions as trainee, trainer and lead have them: phone, tablet, large type, offline."""

import re
from pathlib import Path

from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger
from tests.browser.tour import Mode, wear

COURSE = "/learn/course/course-time-privacy"
SAVED = re.compile("等着发")


def fits(screen: Screen) -> bool:
    """Whether nothing has to be moved sideways to be read."""
    return bool(screen.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def at(screen: Screen, name: str, path: str, sees: str) -> Screen:
    """Somebody of the staff, signed in, on a screen that has come."""
    office.sign_in(screen, name, after=path)
    screen.sees(sees)
    return screen


def test_a_trainee_reads_on_acknowledges_and_asks_without_a_signal(screens: NewScreen, centre: Centre) -> None:
    ledger = Ledger(centre.data)
    tablet = at(screens("tablet"), "周敏", COURSE, "这门课的内容")
    tablet.controlled()

    with centre.wire.down():
        tablet.press("读完了，下一课")
        tablet.sees(SAVED)
        tablet.press("政策动态")
        tablet.press(re.compile("^我看过了"))
        tablet.sees("看过了，等着发")
        tablet.press("答疑题库")
        tablet.press("提个问题")
        tablet.write(re.compile("^您的问题"), "租客在外地，能视频签字吗？")
        tablet.press("提问")
        tablet.sees("租客在外地，能视频签字吗？")
        tablet.reopen("/learn/qa")
        tablet.sees("存在本机，等着发")

    for tag in ("lesson.reached", "policy.acknowledged", "question.asked"):
        ledger.waits_for(tag)
    phone = at(screens("phone"), "周敏", COURSE, "好差评怎么收、差评怎么办")
    phone.press("政策动态")
    phone.sees("都看过了")


def test_a_question_is_found_by_initials_answered_and_marked(screens: NewScreen) -> None:
    phone = at(screens("phone"), "何欣", "/learn/qa", "邮寄退回来两次")
    phone.write("找问题", "yjthl")
    phone.sees("找到 1 个")
    phone.press("我来回答")
    phone.write(re.compile("^您的回答"), "可以，打电话给申请人，改成窗口自取。")
    phone.press("发出回答")
    phone.sees("1 个回答")

    tablet = at(screens("tablet"), "罗燕", "/learn/qa?q=yjthl", "可以，打电话给申请人")
    tablet.press("以这条为准")
    tablet.sees("以这一条为准")
    tablet.press("写进答疑和手册")
    tablet.sees("写一条答疑")
    tablet.press("发布")
    tablet.sees("在窗口手册里")

    phone.sees("以这一条为准")


def test_a_trainer_publishes_a_policy_and_the_lead_sees_who_has_not_read_it(screens: NewScreen) -> None:
    tablet = at(screens("tablet"), "罗燕", "/learn/edit/policy", "发布政策")
    tablet.press("发布")
    tablet.sees("标红的地方还没有写。")
    tablet.write("标题（中文）", "周六照常开门")
    tablet.write("出处（中文）", "本中心通知")
    tablet.write("主要内容（中文）", "从下月起，周六 9 点到 16 点照常办事。")
    tablet.press("发布")
    tablet.sees("周六照常开门")

    phone = at(screens("phone"), "何欣", "/learn/policies", "周六照常开门")
    phone.button(re.compile("^我看过了.*周六照常开门")).click()
    lead = at(screens("tablet"), "孙浩", "/learn/policies", "周六照常开门")

    card = lead.page.locator("li.card", has_text="周六照常开门")
    card.get_by_text(re.compile("人还没看")).wait_for()
    assert "何欣" not in card.inner_text()
    assert "唐莉" in card.inner_text()


def test_a_course_that_is_given_out_is_due_on_the_trainees_first_page(screens: NewScreen) -> None:
    lead = at(screens("tablet"), "孙浩", "/learn/courses", "谁学完了什么")
    lead.press(re.compile("^派给大家.*综合窗口接件规范"))
    lead.press("全选")
    lead.press(re.compile("^派给 [0-9]+ 人"))

    phone = at(screens("phone"), "王芳", "/learn", "六个模块")
    phone.sees("学完《综合窗口接件规范》")
    wear(phone, Mode(size="largest"))
    assert fits(phone)


def test_a_file_is_checked_with_its_lines_and_published_in_the_app(screens: NewScreen, tmp_path: Path) -> None:
    tablet = at(screens("tablet"), "罗燕", "/learn/content", "从文件导入")
    wrong, right = tmp_path / "wrong.yaml", tmp_path / "right.yaml"
    answer = "    question_zh: 停车收费吗？\n    answer_zh: 不收。\n"
    wrong.write_text(f"qa:\n  - id: parking\n    item_ids: [nothing]\n{answer}", encoding="utf-8")
    right.write_text(f"qa:\n  - id: parking\n{answer}", encoding="utf-8")

    tablet.field("选文件").set_input_files(wrong)
    tablet.sees("wrong.yaml 第 3 行")
    tablet.field("选文件").set_input_files(right)
    tablet.press("发布这 1 项")
    tablet.sees("发布了 1 项")

    tablet.press("答疑题库")
    tablet.sees("停车收费吗？")


def test_a_trainer_writes_a_scenario_in_fields_and_it_is_published_as_it_was_chosen(
    screens: NewScreen, centre: Centre
) -> None:
    ledger = Ledger(centre.data)
    tablet = at(screens("tablet"), "罗燕", "/learn/practice/edit", "新情景")
    tablet.write(re.compile("^名称$"), "老年证缺照片")
    tablet.write(re.compile("^背景$"), "女儿替母亲来办。")
    tablet.write(re.compile("^找事项"), "lnr")
    tablet.press(re.compile("^老年人优待证"))
    tablet.press("加一件")
    tablet.choose("哪件事", "群众在网上交件")
    tablet.choose(re.compile("^居民身份证"), "交来了")
    tablet.write(re.compile("^居民身份证.*第几页"), "1 2")
    tablet.choose("应当做", "容缺受理")
    tablet.choose("哪样材料后补", "近期免冠证件照")
    tablet.press("发布")
    tablet.sees("缺“发生什么”")
    tablet.write(re.compile("^发生什么$"), "证件照还在家里。")
    tablet.write(re.compile("^要点$"), "照片可以后补。")
    tablet.write(re.compile("^怎么提醒$"), "不能拒收。")

    tablet.press("发布")
    ledger.waits_for("training.published")
    tablet.page.wait_for_url("**/learn/practice")
    tablet.sees("老年证缺照片")

    (published,) = ledger.facts("training.published")
    (step,) = published["content"]["steps"]
    assert step["expected"] == {"action": "accept-with-gap", "args": {"material": "photo-portrait"}}
    assert [(one["do"], one["pages"]) for one in step["plays"]] == [("file", {"id-card": [1, 2]})]


def test_a_video_of_a_lesson_is_kept_and_read_part_by_part_without_a_signal(screens: NewScreen, centre: Centre) -> None:
    lesson = "/learn/course/course-lease-online?lesson=course-lease-online-photo-quality"
    tablet = at(screens("tablet"), "周敏", lesson, "怎么拍清楚")
    tablet.controlled()
    tablet.reopen(lesson)
    tablet.until(
        "caches.open('catalogue').then((kept) => kept.keys()).then((all) => all.some(({url}) => /mp4/.test(url)))"
    )

    with centre.wire.down():
        tablet.reopen(lesson)
        tablet.sees("怎么拍清楚")
        part = "fetch(document.querySelector('video').src, {headers: {range: 'bytes=4-7'}})"
        told = tablet.page.evaluate(f"{part}.then(async (part) => [part.status, await part.text()])")

    assert told == [206, "ftyp"]


def test_from_inside_a_case_the_lessons_of_its_item_unfold_beside_it(screens: NewScreen) -> None:
    tablet = at(screens("tablet"), "周敏", "/desk", "房屋租赁登记备案")
    tablet.press(re.compile("房屋租赁登记备案"))
    tablet.page.get_by_text("学一下这个事项").click()
    tablet.press("四样材料看什么")
    tablet.sees("房屋产权证书看权利人")
    tablet.press("看好了，接着办")


def test_every_page_of_learning_fits_a_phone_in_large_type(screens: NewScreen) -> None:
    phone = at(screens("phone"), "周敏", "/learn", "六个模块")
    wear(phone, Mode(size="largest"))

    for path, sees in (
        ("/learn", "六个模块"),
        ("/learn/courses", "本月主题"),
        (COURSE, "这门课的内容"),
        ("/learn/policies", "我看过了"),
        ("/learn/qa", "等人回答"),
    ):
        phone.open(path)
        phone.sees(sees)
        assert fits(phone), path

"""What a resident does after filing, and around it: later papers, words, ratings, visits, papers used again, links."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

import pytest

from domain.actors import Actor, Role
from domain.case.commands import MakeUploadLink
from domain.decisions import Call
from store.centre import Centre as Store
from tests.browser import family
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.family import Camera, hand_over
from tests.browser.households import Households
from tests.browser.ledger import Ledger


@pytest.fixture
def households(centre: Centre) -> Households:
    return Households(centre.data)


@pytest.fixture
def ledger(centre: Centre) -> Ledger:
    return Ledger(centre.data)


@pytest.fixture
def at_home(screens: NewScreen, centre: Centre) -> Callable[[str, str], Screen]:
    """The telephone of a resident who has signed in and opened a page."""

    def open_at(phone: str, path: str) -> Screen:
        screen = screens("phone")
        screen.open(f"/sign-in?after={path}")
        family.sign_in(screen, centre.code_for, phone=phone)
        return screen

    return open_at


def test_a_paper_promised_for_later_is_handed_in_with_one_photograph(
    households: Households, ledger: Ledger, at_home: Callable[[str, str], Screen], photograph: Camera
) -> None:
    owing = households.case(lambda body: any(gap["state"] == "open" for gap in body["gaps"]))
    paper = next(gap["material_name"]["zh"] for gap in owing.body["gaps"] if gap["state"] == "open")
    screen = at_home(owing.phone, f"/case/{owing.id}")
    screen.sees("您答应后补的")
    screen.sees(re.compile("请在 .+ 前补"))
    screen.picture("resident-gap", whole=True)
    before = ledger.counts()["case.evidence_received"]

    hand_over(screen, f"{paper}，重拍", photograph(paper))
    screen.sees("拍好了，可以交")
    screen.page.get_by_role("region", name=re.compile("您答应后补的")).get_by_role("button", name="交上去").click()

    screen.sees("都补好了，我们在看。", within=40)
    assert ledger.counts()["case.evidence_received"] == before + 1


def test_a_returned_case_goes_on_with_one_press(
    households: Households, ledger: Ledger, at_home: Callable[[str, str], Screen]
) -> None:
    returned = households.case(lambda body: body["status"] == "returned")
    screen = at_home(returned.phone, f"/case/{returned.id}")
    screen.sees("材料退回")
    screen.picture("resident-returned", whole=True)

    screen.press("接着办")

    screen.sees("轮到您了", within=40)
    screen.sees(re.compile("请补这 . 样"))
    ledger.waits_for("case.reopened")


def test_words_to_the_centre_say_before_who_will_read_them(
    households: Households, ledger: Ledger, at_home: Callable[[str, str], Screen], centre: Centre
) -> None:
    waiting = households.case(lambda body: body["status"] == "received")
    screen = at_home(waiting.phone, f"/case/{waiting.id}")
    screen.sees("窗口的工作人员会看到。")
    said = ledger.counts()["message.sent"]

    screen.press("发出去")
    screen.sees("还没写字")
    with centre.wire.down():
        screen.write("写给办件的人", "我下周一出差，周五前能办好吗？")
        screen.press("发出去")
        screen.sees("等着发")
    screen.sees(re.compile("会看到的人："), within=40)

    assert ledger.counts()["message.sent"] == said + 1
    screen.picture("resident-message", whole=True)


def test_a_rating_has_no_level_before_one_is_chosen_and_can_be_changed_once(
    households: Households, ledger: Ledger, at_home: Callable[[str, str], Screen]
) -> None:
    asked = households.with_row("rating-invitation", lambda body: body["subject_kind"] == "case")
    screen = at_home(asked.phone, f"/case/{asked.body['subject']}")
    screen.sees("办得怎么样？")
    assert screen.page.get_by_role("radio", checked=True).count() == 0

    screen.press("就这样评")
    screen.sees("先选一个")
    screen.tick("不满意")
    screen.press("太慢")
    screen.write("想说的话（可以不写）", "等了两个星期。")
    screen.press("就这样评")
    ledger.waits_for("rating.given")
    screen.sees("您评了：不满意", within=40)
    screen.sees(re.compile("我们在改"))
    screen.picture("resident-rating", whole=True)

    screen.press("改一次")
    screen.tick("基本满意")
    screen.press("就这样评")
    screen.sees("您评了：基本满意", within=40)
    screen.sees_no_more("改一次")


def test_whoever_rated_badly_reads_what_came_of_it(
    households: Households, at_home: Callable[[str, str], Screen]
) -> None:
    answered = households.with_row("rating", lambda body: bool(body["answer"] and body["answer"]["reply"]))
    reply = answered.body["answer"]["reply"]
    screen = at_home(answered.phone, "/messages")
    screen.sees("您的评价，我们回复了")
    screen.picture("resident-answered", whole=True)

    screen.page.get_by_role("link", name=re.compile(re.escape(reply))).click()

    screen.sees("给您的答复")
    screen.sees(reply)


def test_who_may_rate_is_asked_once_among_the_messages(
    households: Households, at_home: Callable[[str, str], Screen]
) -> None:
    asked = households.with_row("rating-invitation", lambda body: body["subject_kind"] == "case")
    screen = at_home(asked.phone, "/messages")
    screen.sees("想评就评一评")

    screen.page.get_by_role("region", name="想评就评一评").get_by_role("link").first.click()

    screen.sees("办得怎么样？")


def test_an_appointment_is_made_moved_and_given_up(
    households: Households, ledger: Ledger, at_home: Callable[[str, str], Screen]
) -> None:
    free = households.case(lambda body: body["status"] == "received")
    screen = at_home(free.phone, "/visits/book?item=house-lease-filing")
    screen.sees("住房与经营")
    choose_a_day(screen)
    screen.picture("resident-book", whole=True)
    screen.press(re.compile("^约 "))
    screen.sees("约好了", within=40)
    ledger.waits_for("appointment.booked")
    screen.sees("房屋租赁登记备案")
    screen.picture("resident-visits", whole=True)

    screen.press("改时间")
    choose_a_day(screen, place=-1)
    screen.press(re.compile("^改到 "))
    ledger.waits_for("appointment.moved")
    screen.sees("改时间", within=40)

    screen.press("不去了，取消")
    screen.press("取消预约")
    ledger.waits_for("appointment.cancelled")
    screen.sees("取消了", within=40)


def choose_a_day(screen: Screen, *, place: int = 0) -> None:
    """Choose the last day that can be booked and a time of it."""
    screen.page.get_by_role("group", name="哪一天").get_by_role("radio").last.check()
    times = screen.page.get_by_role("group", name="几点").get_by_role("radio", disabled=False)
    times.first.wait_for()
    times.nth(place).check()


def test_a_paper_that_was_checked_before_need_not_be_photographed_again(
    households: Households, at_home: Callable[[str, str], Screen]
) -> None:
    known = households.with_row(
        "vault", lambda body: any(c["material_type"] == "id-card" and c["expires_on"] is None for c in body["copies"])
    )
    screen = at_home(known.phone, "/me/vault")
    screen.sees("居民身份证")
    screen.picture("resident-vault", whole=True)
    screen.open("/item/temporary-assistance")
    screen.press("现在就办")
    screen.press("给自己办")
    screen.sees(re.compile("^第 1 步"))
    screen.open(re.sub(r"^.*(/apply/[^?]+).*$", r"\1?step=materials", screen.page.url))

    screen.sees(re.compile("已有核验过的居民身份证"))
    screen.sees("不用您交，由中心核对")
    screen.picture("resident-reuse", whole=True)
    screen.press(re.compile("^用这份：居民身份证"))

    screen.sees("用以前核对过的这份")
    assert screen.page.get_by_label(re.compile("^拍居民身份证")).count() == 0
    screen.press("不用，我重新拍")
    screen.sees(re.compile("已有核验过的居民身份证"))
    assert screen.page.get_by_label(re.compile("^拍居民身份证")).count() == 1


def test_papers_come_in_by_a_one_time_link_without_a_sign_in(
    households: Households, ledger: Ledger, centre: Centre, phone: Screen, photograph: Camera
) -> None:
    asked = households.case_opened_for(lambda body: body["status"] == "filed" and bool(body["links"]))
    link = a_link(centre, asked.id, tuple(asked.body["links"][0]["materials"]))
    phone.open(link)
    phone.sees(re.compile("还要交下面 . 样"))
    phone.picture("resident-hand-in", whole=True)
    papers = [heading.inner_text() for heading in phone.page.locator("main").get_by_role("heading", level=2).all()]

    for paper in papers:
        phone.attach(f"{paper}：拍一张", [photograph(paper)])
        phone.page.get_by_label(f"{paper}：加一页").wait_for(state="attached")
    phone.sees("都拍好了，按一下就交")
    phone.press("交上去")

    phone.sees("交好了", within=40)
    assert ledger.counts()["file.stored"] == len(papers)
    phone.open(link)
    phone.page.reload()
    phone.sees("这个链接用过了，或者过期了")


def a_link(centre: Centre, case: str, materials: tuple[str, ...]) -> str:
    """The address of a link that the window has made for a case, as it stands in the text message."""
    secret = "a-secret-that-only-the-message-holds-123456"
    store = Store.open(centre.data / "centre", clock=lambda: datetime.now(UTC), new_id=uuid4)
    try:
        clerk = next(staff for staff in store.everyone() if Role.WINDOW_CLERK in staff.roles)
        assert clerk.id is not None
        call = Call(
            id=uuid4(),
            lane=UUID(case),
            command=MakeUploadLink(token_hash=sha256(secret.encode()).hexdigest(), materials=materials),
            by=Actor(id=clerk.id, roles=frozenset({Role.WINDOW_CLERK})),
        )
        assert store.submit(call).result().verdict == "applied"
    finally:
        store.close()
    return f"/hand-in/{case}#{secret}"

"""Signing in as people do it: by passkey, one-time code and identity provider; and a device that is lost."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

import pytest
from playwright.sync_api import expect
from pyotp.totp import TOTP

from tests.browser import office
from tests.browser.centre import Centre
from tests.browser.conftest import NewScreen
from tests.browser.engines import Screen
from tests.browser.ledger import Ledger
from tests.browser.office import dialogue, sign_in
from tests.signin.running import CLIENT_ID, CLIENT_SECRET, provider

AUTHENTICATOR = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


ENTER = re.compile("^登录")
LOCK = re.compile("^锁屏$")


class Finger:
    """The authenticator of a tablet, and whether its owner's finger is on it."""

    def __init__(self, screen: Screen) -> None:
        """Give the tablet one."""
        self._cdp: Any = screen.context.new_cdp_session(screen.page)
        self._cdp.send("WebAuthn.enable")
        made: dict[str, Any] = self._cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        self.id: str = made["authenticatorId"]

    def is_another(self) -> None:
        """Somebody else's finger from now on."""
        self._cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})


def add_passkey(screen: Screen, name: str) -> None:
    """Add a passkey of that name on the page about one's sign-in."""
    screen.open("/desk/safety")
    screen.press("在这台设备上加一把")
    screen.write("给它起个名字，好认", name)
    screen.press("加上")
    screen.sees(name)


def test_a_clerk_makes_a_passkey_and_comes_in_with_a_finger(tablet: Screen) -> None:
    finger = Finger(tablet)
    sign_in(tablet, "周敏")
    add_passkey(tablet, "前台三号平板")
    tablet.picture("signin-keys", whole=True)
    _sign_out(tablet)

    tablet.press("用通行密钥登录")
    tablet.page.wait_for_url(re.compile("/desk$"))
    tablet.sees("周敏")
    tablet.open("/desk/safety")
    tablet.sees(re.compile("^通行密钥·"))

    _sign_out(tablet)
    finger.is_another()
    tablet.press("用通行密钥登录")
    tablet.sees("没有用上通行密钥。再试一次，或换一种方式。")


def _sign_out(screen: Screen) -> None:
    screen.context.clear_cookies()
    screen.page.evaluate("localStorage.removeItem('doorstep.session')")
    screen.open("/desk/sign-in")
    screen.sees("用通行密钥登录")


def test_one_time_codes_are_set_up_with_the_telephone_and_asked_for(tablet: Screen) -> None:
    sign_in(tablet, "周敏")
    tablet.open("/desk/safety")
    tablet.press("现在设置")
    secret = tablet.page.locator("code.num").inner_text().replace(" ", "")
    tablet.picture("signin-second", whole=True)
    tablet.write("手机上显示的六位数字", TOTP(secret).now())
    tablet.press("开启")
    recovery = dialogue(tablet).get_by_role("listitem").first.inner_text()
    tablet.picture("signin-recovery")
    tablet.press("我抄好了")
    tablet.sees(re.compile("应急码还剩 10 个"))
    _sign_out(tablet)

    tablet.write("用户名", "zhoumin")
    tablet.write("密码", "doorstep-demo")
    tablet.press(ENTER)
    tablet.field("一次性验证码").fill("000000")
    tablet.press(ENTER)
    tablet.sees(re.compile("一次性验证码不对"))
    tablet.picture("signin-code")
    tablet.write("一次性验证码", recovery)
    tablet.press(ENTER)
    tablet.page.wait_for_url(re.compile("/desk$"))


def test_a_lead_lets_a_colleague_in_with_a_code(tablet: Screen, screens: NewScreen) -> None:
    lead = screens("desktop")
    sign_in(lead, "孙浩", after="/lead")
    person = _id_of(tablet, "周敏")
    lead.open(f"/desk/safety?person={person}")
    lead.sees("周敏的登录")
    lead.press("给一个登记码")
    code = lead.page.locator("b.code").inner_text()
    lead.picture("signin-enrol", whole=True)

    _sign_out(tablet)
    tablet.press("我有带班给的登记码")
    tablet.write("用户名", "zhoumin")
    tablet.write("登记码", code.lower())
    tablet.picture("signin-enrolment")
    tablet.press("用登记码进来")
    tablet.page.wait_for_url(re.compile("/desk/safety"))
    tablet.sees(re.compile("登记码只用来做一件事"))
    tablet.picture("signin-narrow", whole=True)
    tablet.open("/desk")
    tablet.page.wait_for_url(re.compile("/desk/safety"))

    Finger(tablet)
    add_passkey(tablet, "周敏的平板")
    tablet.sees(re.compile("^登记码·"))
    tablet.open("/desk")
    tablet.page.locator("a.q-row").first.wait_for()


def _id_of(screen: Screen, name: str) -> str:
    sign_in(screen, name)
    id: str = screen.page.evaluate("fetch('/session').then(a => a.json()).then(a => a.person.id)")
    return id


@pytest.fixture
def ledger(centre: Centre) -> Ledger:
    """What is recorded during the test."""
    return Ledger(centre.data)


@pytest.fixture
def with_provider(centre: Centre) -> Generator[str]:
    """The issuer of an identity provider that the centre trusts from now on."""
    with provider(f"{centre.url}/session/oidc/back") as issuer:
        centre.stop()
        centre.settings = {
            "DOORSTEP_URL": centre.url,
            "DOORSTEP_OIDC_ISSUER": issuer,
            "DOORSTEP_OIDC_CLIENT_ID": CLIENT_ID,
            "DOORSTEP_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "NO_PROXY": "localhost",
        }
        centre.start()
        yield issuer


def test_a_resident_comes_in_through_the_identity_provider(with_provider: str, phone: Screen) -> None:
    phone.open("/sign-in?after=/me/safety")
    phone.sees("用统一身份认证登录")
    phone.picture("signin-oidc")
    phone.press("用统一身份认证登录")
    phone.page.wait_for_url(re.compile(re.escape(with_provider)))
    phone.page.get_by_placeholder("Enter any login").fill("13800000077")
    phone.page.get_by_placeholder("and password").fill("any")
    phone.page.get_by_role("button").first.click()
    phone.page.get_by_role("button", name="Continue").click()

    phone.page.wait_for_url(re.compile("/me/safety"))
    phone.sees(re.compile("^统一身份认证·"))
    phone.picture("signin-safety", whole=True)


def test_a_lost_tablet_is_blocked_by_the_lead_and_holds_nothing_when_it_comes_back(
    tablet: Screen, screens: NewScreen, ledger: Ledger
) -> None:
    person = _id_of(tablet, "周敏")
    tablet.controlled()
    office.open_line(tablet, "等我受理")
    tablet.context.set_offline(True)
    office.note(tablet, "没有信号的时候写的")
    lead = screens("desktop")
    sign_in(lead, "孙浩", after="/lead")
    lead.open(f"/desk/safety?person={person}")
    lead.press("设备丢了")
    lead.picture("signin-lost")
    lead.press("停用")
    lead.sees("已停用")

    tablet.context.set_offline(False)
    tablet.sees(re.compile("这台设备被停用了"), within=60)
    expect(tablet.page.locator("a.q-row")).to_have_count(0)
    tablet.picture("signin-blocked")
    assert ledger.counts()["case.noted"] == 0, "what it had not sent stays sealed on it"

    # found again: whoever holds it has to sign in, and only then does what it kept arrive
    lead.open("/lead/devices")
    lead.press("恢复使用")
    lead.sees("恢复了")
    tablet.open("/desk")
    tablet.press(re.compile("^周敏 "))
    ledger.waits_for("case.noted", within=40)


def test_a_sensitive_act_asks_once_more_who_one_is_and_goes_on_by_itself(centre: Centre, tablet: Screen) -> None:
    centre.settings = {"DOORSTEP_STAFF_HOURS": "72"}
    centre.stop()
    centre.start()
    sign_in(tablet, "周敏")
    centre.stop()
    centre.start(days_later=1)
    tablet.open("/desk/safety")
    tablet.press("现在设置")
    tablet.sees("再确认一次是您本人")
    tablet.write("您的密码", "guess")
    tablet.press("确认")
    tablet.sees("密码不对，再填一遍。")
    tablet.picture("signin-proof")

    tablet.write("您的密码", "doorstep-demo")
    tablet.press("确认")

    tablet.sees("用手机上的验证器扫这张图")


def test_a_report_leaves_the_centre_only_with_somebody_who_shows_who_they_are(
    centre: Centre, screens: NewScreen
) -> None:
    desk = screens("desktop")
    centre.settings = {"DOORSTEP_STAFF_HOURS": "72"}
    centre.stop()
    centre.start()
    sign_in(desk, "孙浩", after="/lead")
    centre.stop()
    centre.start(days_later=1)
    desk.open("/lead/reports")
    desk.page.get_by_role("button", name="存成 CSV").first.click()
    desk.sees("再确认一次是您本人")
    desk.picture("signin-proof-export")
    desk.press("不做了")
    desk.sees("没有确认身份，文件没有下载。")

    desk.page.get_by_role("button", name="存成 CSV").first.click()
    desk.write("您的密码", "doorstep-demo")
    with desk.page.expect_download() as coming:
        desk.press("确认")
    assert coming.value.suggested_filename.endswith(".csv")


def test_two_people_share_a_tablet_and_neither_sees_the_others_desk(tablet: Screen) -> None:
    sign_in(tablet, "周敏")
    tablet.press("锁屏，交给下一位")
    tablet.press(LOCK)
    tablet.write("六位数字", "123456")
    tablet.write("再输一遍", "123456")
    tablet.press("设好并锁屏")
    tablet.sees("太容易猜，换一个。")
    tablet.write("六位数字", "271828")
    tablet.write("再输一遍", "271828")
    tablet.picture("signin-pin")
    tablet.press("设好并锁屏")
    tablet.sees("周敏的桌面锁着，没发出的都在。")
    tablet.context.set_offline(True)
    tablet.page.keyboard.press("Escape")
    tablet.write("锁屏密码", "111222")
    tablet.press("打开")
    tablet.sees("不对，还能试 4 次。")
    tablet.picture("signin-locked")

    tablet.write("锁屏密码", "271828")
    tablet.press("打开")
    tablet.sees_no_more("周敏的桌面锁着，没发出的都在。")
    tablet.context.set_offline(False)

    tablet.press("锁屏，交给下一位")
    tablet.press(LOCK)
    tablet.sees("周敏的桌面锁着，没发出的都在。")
    tablet.page.reload()
    tablet.sees("周敏的桌面锁着，没发出的都在。")
    tablet.press("换一个人用")
    tablet.press(re.compile("^何欣 "))
    tablet.page.wait_for_url(re.compile("/desk$"))
    tablet.sees("何欣")
    assert tablet.page.evaluate("fetch('/session').then(a => a.json()).then(a => a.person.name)") == "何欣"
    tablet.sees_no_more("周敏的桌面锁着，没发出的都在。")


def test_a_session_that_was_ended_while_the_tablet_was_offline_asks_for_the_sign_in_and_loses_nothing(
    tablet: Screen, screens: NewScreen, ledger: Ledger
) -> None:
    person = _id_of(tablet, "周敏")
    tablet.controlled()
    office.open_line(tablet, "等我受理")
    lead = screens("desktop")
    sign_in(lead, "孙浩", after="/lead")
    lead.open(f"/desk/safety?person={person}")
    lead.sees("让它退出")
    tablet.context.set_offline(True)
    office.note(tablet, "住户电话打不通，下午再打。")
    lead.press("让它退出")
    lead.sees("已经退出，那台设备马上就不能用了。")

    tablet.context.set_offline(False)
    tablet.sees("您做的都在，登录一下就接着发。")
    tablet.picture("signin-ended")
    tablet.press("去登录")
    tablet.press(re.compile("^周敏 "))
    tablet.page.wait_for_url(lambda address: "/sign-in" not in address)

    ledger.waits_for("case.noted", within=40)


def test_whoever_is_signed_in_is_let_in_although_the_browser_has_forgotten_them(tablet: Screen) -> None:
    office.sign_in(tablet, "周敏")
    tablet.page.evaluate("localStorage.clear()")

    tablet.reopen("/desk/outbox")

    tablet.page.wait_for_url(re.compile("/desk/outbox$"))
    tablet.sees("周敏")

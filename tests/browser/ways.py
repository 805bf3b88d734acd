"""The way to every route of the app: as whom, by which address, and what can be read there once it has come."""

from __future__ import annotations

import re
from typing import NamedTuple

from web.demo.examined import attempt_of

ROUTES = """
() => document.querySelector('#app').__vue_app__.config.globalProperties.$router.getRoutes().map((route) => route.name)
"""
"""Asks the running app which routes it has, so that no list here can fall behind."""

ABSENT = "0199aaaa-0000-7000-8000-00000000abcd"
"""The id of nothing."""

NOBODY, RESIDENT, SERVED, WITHDRAWER = "", "resident", "served", "withdrawer"
"""Somebody who is not signed in; a resident with a notice to answer, one with a certificate in hand, and one whose
withdrawal came too late."""


class Way(NamedTuple):
    """One screen worth looking at; a route may have several.

    Attributes:
        who: one of the residents above, or the name of a member of staff.
        path: its address; blanks such as `{draft}` are filled from `tour.Tour.places`.
        sees: what is written there in Chinese once everything has come.
        then: names of what is pressed after that, one after the other, to open what stands behind a button.
    """

    who: str
    path: str
    sees: str
    then: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name for a file: `desk-case-更多`."""
        path = re.sub(r"[^\w-]+", "-", re.sub(r"\{(\w+)\}", r"\1", self.path)).strip("-") or "home"
        who = "nobody" if self.who == NOBODY else self.who
        return "-".join([path, who, *(re.sub(r"\W+", "", press) for press in self.then)])


WAYS: dict[str, tuple[Way, ...]] = {
    "home": (Way(NOBODY, "/", "想办什么事"), Way(RESIDENT, "/", "我的办件")),
    "items": (Way(NOBODY, "/items", "房屋租赁登记备案"), Way(NOBODY, "/items?q=zzqq", "zzqq|没有")),
    "item": (
        Way(NOBODY, "/item/house-lease-filing", "要准备什么"),
        Way(NOBODY, "/item/advanced-age-allowance", "要准备什么"),
        Way(RESIDENT, "/item/temporary-assistance", "要准备什么", ("现在就办",)),
    ),
    "apply": (
        Way(RESIDENT, "/apply/{draft}?step=applicant", "第 1 步"),
        Way(RESIDENT, "/apply/{draft}?step=materials", "拍照交材料"),
        Way(RESIDENT, "/apply/{draft}?step=summary", "看一遍"),
    ),
    "cases": (Way(NOBODY, "/cases", "我的办件"), Way(RESIDENT, "/cases", "在办的")),
    "case": (
        Way(RESIDENT, "/case/{correction}", "轮到您了"),
        Way(SERVED, "/case/{delivered}", "到现在为止"),
        Way(WITHDRAWER, "/case/{late}", "到现在为止"),
    ),
    "learn": (Way("周敏", "/learn", "下一步"), Way("顾文", "/learn", "六个模块")),
    "learn-courses": (
        Way("周敏", "/learn/courses", "本月主题"),
        Way("罗燕", "/learn/courses", "谁学完了什么"),
    ),
    "learn-course": (
        Way("周敏", "/learn/course/course-lease-online?lesson=course-lease-online-photo-quality", "照片材料的质量"),
    ),
    "learn-policies": (
        Way("周敏", "/learn/policies", "我看过了"),
        Way("孙浩", "/learn/policies", "人还没看"),
    ),
    "learn-qa": (Way("周敏", "/learn/qa", "等人回答"), Way("周敏", "/learn/qa", "等人回答", ("提个问题",))),
    "learn-content": (Way("罗燕", "/learn/content", "从文件导入"),),
    "learn-edit": (
        Way("罗燕", "/learn/edit/course/course-front-desk", "第 1 课"),
        Way("罗燕", "/learn/edit/question", "题目（中文）"),
    ),
    "learn-practice": (Way("周敏", "/learn/practice", "下班后的租房备案"), Way("罗燕", "/learn/practice", "改编")),
    "learn-practice-run": (Way("周敏", f"/learn/practice/{ABSENT}", "这次练习已经不在了"),),
    "learn-practice-edit": (
        Way("罗燕", "/learn/practice/edit/sim-unemployment", "辞职后来领失业金"),
        Way("罗燕", "/learn/practice/edit", "新情景"),
    ),
    "learn-exams": (Way("何欣", "/learn/exams", "考过的"), Way("周敏", "/learn/exams", "开始考试", ("开始考试",))),
    "learn-exam": (
        Way("江雪", f"/learn/exam/{attempt_of('jiangxue', 'cert-all-subject')}", "合格"),
        Way("何欣", f"/learn/exam/{attempt_of('hexin', 'cert-employment')}", "没过"),
        Way("唐莉", "/learn/exams", "开始考试", ("开始考试", "开始考试")),
    ),
    "learn-certificates": (
        Way("何欣", "/learn/certificates", "快到期"),
        Way("孙浩", "/learn/certificates", "发出的证书"),
    ),
    "learn-analytics": (Way("孙浩", "/learn/analytics", "谁能办什么"),),
    "install": (Way(NOBODY, "/me/install", "放到手机桌面"),),
    "privacy": (Way(NOBODY, "/me/privacy", "凭什么存"), Way(SERVED, "/me/privacy", "拿走一份")),
    "family": (Way(NOBODY, "/me/family", "想替家人办"), Way(RESIDENT, "/me/family", "我在替谁办")),
    "messages": (Way(NOBODY, "/messages", "消息"), Way(RESIDENT, "/messages", "消息")),
    "me": (Way(NOBODY, "/me", "字的大小"), Way(RESIDENT, "/me", "字的大小")),
    "sign-in": (Way(NOBODY, "/sign-in", "发验证码"),),
    "safety": (Way(RESIDENT, "/me/safety", "登录"),),
    "vault": (Way(SERVED, "/me/vault", "核对过"), Way(RESIDENT, "/me/vault", "材料库")),
    "access": (Way(SERVED, "/me/access", "看"),),
    "notices": (Way(RESIDENT, "/me/notices", "短信"),),
    "visits": (Way(SERVED, "/visits", "取号"),),
    "book": (Way(RESIDENT, "/visits/book", "约"),),
    "bundle": (Way(RESIDENT, "/bundle/senior", "老年人福利"),),
    "listed": (Way(NOBODY, "/listed/listed-dog-licence", "养犬登记"),),
    "hand-in": (
        Way(NOBODY, "/hand-in/{asked}#{secret}", "还要交下面"),
        Way(NOBODY, "/hand-in/{correction}#nothing", "这个链接"),
    ),
    "resume": (Way(NOBODY, "/resume", "接着填"),),
    "sync": (Way(NOBODY, "/outbox", "这台设备好不好"), Way(WITHDRAWER, "/outbox", "没有办成")),
    "act": (Way(WITHDRAWER, "/act/{withdrawal}", "有了决定就不能再撤"), Way(RESIDENT, "/act/nothing", "")),
    "look": (Way(NOBODY, "/look", "组件和状态"),),
    "record": (Way(NOBODY, "/record-changed", ""), Way("周敏", "/record-changed", "")),
    "missing": (Way(NOBODY, "/nowhere", "回首页"),),
    "desk-sign-in": (Way(NOBODY, "/desk/sign-in", "周敏"),),
    "desk-safety": (Way("周敏", "/desk/safety", "登录"),),
    "desk-outbox": (Way("周敏", "/desk/outbox", "发件箱"), Way("何欣", "/desk/outbox", "发件箱")),
    "desk-conflict": (Way("周敏", "/desk/conflict/{claim}", "您想怎么办"), Way("何欣", "/desk/conflict/nothing", "")),
    "desk-device": (Way("周敏", "/desk/device", "这台设备"),),
    "desk-counter": (Way("江雪", "/desk/counter", "各队在等"),),
    "desk-intake": (Way("周敏", "/desk/intake", "找事项"), Way("张军", "/desk/intake", "找事项")),
    "panel": (Way(NOBODY, "/panel", ""),),
    "desk": (
        Way("周敏", "/desk", "房屋租赁登记备案"),
        Way("周敏", "/desk/case/{correction}", "办理经过"),
        Way("周敏", "/desk/case/{claimable}", "办理经过"),
        Way("周敏", "/desk/case/{claimable}", "办理经过", ("更多",)),
        Way("周敏", "/desk/case/{claimable}?photo", "办理经过"),
        Way("王芳", "/desk/case/{late}", "办理经过"),
        Way("王芳", "/desk/case/{accepted}", "办理经过", ("更多",)),
        Way("周敏", "/desk", "房屋租赁登记备案", ("周敏",)),
        Way("沈宁", "/desk", "从左边选一件"),
        Way("张军", "/desk", "从左边选一件"),
        Way("孙浩", "/desk", "从左边选一件"),
    ),
    "lead": (Way("孙浩", "/lead", "谁手上有多少"),),
    "lead-people": (Way("孙浩", "/lead/people", "全组的人"),),
    "lead-reports": (Way("孙浩", "/lead/reports", "按渠道"),),
    "lead-ratings": (Way("孙浩", "/lead/ratings", "被评的"),),
    "lead-orders": (Way("孙浩", "/lead/orders", "第 3 批"),),
    "lead-devices": (Way("孙浩", "/lead/devices", "设备"),),
    "offer": (Way("高远", "/offer", "承诺办结"),),
    "offer-item": (
        Way("高远", "/offer/item/house-lease-filing", "居民会看到的"),
        Way("高远", "/offer/item/advanced-age-allowance", "居民会看到的"),
    ),
    "offer-calendar": (Way("高远", "/offer/calendar", "还没有改动"),),
    "operate": (Way("高远", "/operate", "一切正常|要您处理"),),
    "audit": (Way("顾文", "/audit", "房屋租赁登记备案"),),
    "audit-case": (Way("顾文", "/audit/case/{delivered}", "这一步改了什么"),),
    "audit-log": (Way("顾文", "/audit/log", "现在的样子"),),
    "audit-seen": (Way("顾文", "/audit/seen", "当时的屏幕"),),
    "audit-what-if": (Way("顾文", "/audit/what-if", "假如日历是"),),
    "check-proof": (Way(NOBODY, "/check-proof", "文件"),),
}
"""By the name of the route. A route that is missing here fails `test_axe`: say how to reach it."""

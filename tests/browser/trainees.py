"""What a trainee does on the real screens in each of the sample scenarios: as the script says, and as it warns of."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.browser import office, sandbox
from tests.browser.engines import Screen

Do = Callable[[Screen], None]
CLAIM = "领取，我来办"
ELDER_CARD, ALLOWANCE = "老年人优待证", "高龄津贴"
TICK = re.compile("合格$")


def lease(screen: Screen) -> None:
    """Do what the script of the lease says."""
    sandbox.to_case(screen)
    screen.press(CLAIM)
    sandbox.at(screen, 2)
    sandbox.say(screen, "对照产权证和合同")
    sandbox.at(screen, 3)
    tell_both(screen)
    sandbox.at(screen, 4)
    accept_lease(screen)
    sandbox.at(screen, 5)
    finish_lease(screen)
    sandbox.say(screen, "告诉他网上可以评价")


def tell_both(screen: Screen) -> None:
    """Ask for the back of the card and for the consent, in one notice."""
    sandbox.fold(screen)
    lack_a_page(screen, "承租人身份证")
    tick(screen, but="承租人身份证|共有人")
    office.act(screen, re.compile("^发一次性告知（2 条"))


def accept_lease(screen: Screen) -> None:
    """Look at what came, and take the case on."""
    sandbox.fold(screen)
    screen.sees("补来的")
    tick(screen)
    office.act(screen, re.compile("^受理$"))


def finish_lease(screen: Screen) -> None:
    """Review, decide, issue and post, from one seat after the other."""
    sandbox.sit(screen, "审核员")
    screen.press(CLAIM)
    office.act(screen, "审核通过")
    sandbox.at(screen, 6)
    sandbox.sit(screen, "审批人")
    screen.press(CLAIM)
    decide(screen)
    sandbox.at(screen, 7)
    sandbox.sit(screen, "出件窗口")
    screen.press(CLAIM)
    office.act(screen, re.compile("^出件$"))
    office.act(screen, re.compile("^交邮|^寄出"))
    sandbox.at(screen, 8)
    sandbox.sit(screen, "综合窗口收件员")


def decide(screen: Screen) -> None:
    """Grant it."""
    screen.press("作决定")
    office.answer(screen, "准予")


def lack_a_page(screen: Screen, paper: str) -> None:
    """Say that a page of a paper is missing."""
    screen.press(re.compile(f"^{paper}"))
    screen.press("还缺页")
    back_from_photo(screen)


def back_from_photo(screen: Screen) -> None:
    """With one pane a photograph is a page of its own."""
    if "photo" in screen.page.url:
        screen.page.go_back()


def tick(screen: Screen, *, but: str = "") -> None:
    """Tick every paper but some."""
    screen.page.get_by_role("checkbox", name=TICK).first.wait_for()
    for box in screen.page.get_by_role("checkbox", name=TICK).all():
        name = box.evaluate("e => e.labels[0].innerText")
        if box.is_enabled() and not box.is_checked() and not (but and re.match(but, name)):
            box.check()


def lease_with_mistakes(screen: Screen) -> None:
    """Turn him away, go by a glance, tell one of two; then end it."""
    sandbox.to_case(screen)
    decline(screen, "下班了，不收。", "明天再来窗口。")
    sandbox.warned(screen, "不能以下班为由拒收线上申请")
    sandbox.to_case(screen)
    screen.press(CLAIM)
    sandbox.at(screen, 2)
    sandbox.say(screen, "看一眼承租人身份证就行")
    sandbox.warned(screen, "只看身份证看不出共有")
    sandbox.say(screen, "对照产权证和合同")
    sandbox.at(screen, 3)
    sandbox.fold(screen)
    tick(screen, but="共有人")
    office.act(screen, re.compile("^发一次性告知（1 条"))
    sandbox.warned(screen, "要一次告知全部")


def decline(screen: Screen, reason: str, remedy: str) -> None:
    """Decline in writing."""
    office.more(screen, "不予受理")
    office.fill(screen, re.compile("^(为什么|原因|理由|不予受理的原因)"), reason)
    office.fill(screen, re.compile("救济|怎么办|可以怎么"), remedy)
    office.answer(screen, "不予受理")


def take_in(screen: Screen, *signs: str) -> None:
    """Fill the form in with what the person says, tick what they sign before one, and hand it in."""
    sandbox.unfold(screen)
    screen.page.locator(sandbox.PANEL).get_by_role("button", name="把他说的填进收件表").click()
    screen.page.wait_for_url(re.compile("/desk/intake/"))
    screen.sees("存在这台设备上了")
    for sign in signs:
        screen.tick(re.compile(sign))
    screen.press("交上去")
    screen.sees("收下了")


def open_item(screen: Screen, item: str) -> None:
    """Open the case of an item from the panel, if it is not open."""
    sandbox.unfold(screen)
    button = screen.page.locator(sandbox.PANEL).get_by_role("button", name=re.compile(f"^打开：.*{item}"))
    screen.page.locator(sandbox.PANEL).get_by_role("button", name=re.compile("^打开：")).first.wait_for()
    if button.count():
        button.click()
    sandbox.fold(screen)
    screen.sees("申请人填的")


def elder(screen: Screen) -> None:
    """Do what the script of the three items says."""
    sandbox.say(screen, "老年证和高龄津贴您可以代办")
    sandbox.at(screen, 2)
    take_in(screen, "授权委托书")
    sandbox.at(screen, 3)
    open_item(screen, ELDER_CARD)
    link_for(screen, "居民身份证", "代办人居民身份证")
    sandbox.at(screen, 4)
    open_item(screen, ALLOWANCE)
    ask_register(screen, "居民户口簿")
    sandbox.at(screen, 5)
    open_item(screen, ELDER_CARD)
    screen.press(CLAIM)
    tick(screen, but="近期免冠")
    office.act(screen, re.compile("^容缺受理"))
    sandbox.at(screen, 6)
    sandbox.sit(screen, "社区工作者")
    open_item(screen, ALLOWANCE)
    screen.press(CLAIM)
    office.more(screen, "开始特别程序")
    office.answer(screen, "开始特别程序")
    sandbox.at(screen, 7)
    open_item(screen, ALLOWANCE)
    screen.press(CLAIM)
    office.act(screen, "特别程序结束")
    sandbox.at(screen, 8)
    sandbox.sit(screen, "综合窗口收件员")
    sandbox.say(screen, "三种您选一种")


def link_for(screen: Screen, *papers: str) -> None:
    """Make a one-time link for these papers and no others."""
    office.more(screen, "发补材料链接")
    for box in office.dialogue(screen).get_by_role("checkbox").all():
        name = box.evaluate("e => e.labels[0].innerText").strip()
        box.set_checked(any(name.startswith(paper) for paper in papers))
    office.answer(screen, "生成链接")
    office.answer(screen, "好了")


def ask_register(screen: Screen, paper: str) -> None:
    """Ask a register for a paper."""
    screen.page.locator(".tick").filter(has_text=paper).get_by_role("button", name=re.compile("查")).last.click()


def elder_with_mistakes(screen: Screen) -> None:
    """Want the old lady to come, and file the two apart from each other; then end it."""
    sandbox.say(screen, "必须老人本人到场才能办")
    sandbox.warned(screen, "不能要求老人必须到场")
    sandbox.say(screen, "老年证和高龄津贴您可以代办")
    sandbox.at(screen, 2)
    take_in(screen, "授权委托书")
    sandbox.at(screen, 3)
    sandbox.say(screen, "没有纸质复印件办不了")
    sandbox.warned(screen, "照片就可以办")
    open_item(screen, ELDER_CARD)
    link_for(screen, "居民身份证")
    sandbox.warned(screen, "两样")


def unemployment(screen: Screen) -> None:
    """Do what the script of the benefit says."""
    sandbox.say(screen, "先问清怎么离的职")
    sandbox.at(screen, 2)
    sandbox.say(screen, "非因本人意愿中断就业")
    sandbox.at(screen, 3)
    take_in(screen, "个人承诺书")
    sandbox.at(screen, 4)
    sandbox.to_case(screen)
    ask_register(screen, "解除")
    sandbox.at(screen, 5)
    sandbox.to_case(screen)
    screen.press(CLAIM)
    tick(screen)
    office.act(screen, re.compile("^受理$"))
    sandbox.at(screen, 6)
    open_item(screen, "失业保险金申领")
    screen.press(CLAIM)
    decline(screen, "本人主动辞职，不符合《失业保险条例》第十四条。", "可以申请行政复议或提起行政诉讼。")


def unemployment_with_mistakes(screen: Screen) -> None:
    """Say no without a ground, and ask for a paper that can be shared; then end it."""
    sandbox.say(screen, "缴满一年就行")
    sandbox.warned(screen, "只看缴费年限不够")
    sandbox.say(screen, "先问清怎么离的职")
    sandbox.at(screen, 2)
    sandbox.say(screen, "不行，自己辞的不给")
    sandbox.warned(screen, "只说“不行”不给依据和出路")
    sandbox.say(screen, "非因本人意愿中断就业")
    sandbox.at(screen, 3)
    take_in(screen, "个人承诺书")
    sandbox.at(screen, 4)
    sandbox.to_case(screen)
    decline(screen, "没有解除劳动关系证明。", "开好证明再来。")
    sandbox.warned(screen, "可共享、可后补的材料不应拒收")


def dibao(screen: Screen) -> None:
    """Do what the script of the visit says."""
    sandbox.to_case(screen)
    screen.press(CLAIM)
    tell_unsigned(screen)
    sandbox.at(screen, 2)
    sandbox.fold(screen)
    tick(screen)
    office.act(screen, re.compile("^受理$"))
    sandbox.at(screen, 3)
    sandbox.sit(screen, "社区工作者")
    screen.press(CLAIM)
    screen.sees("您在办")
    sandbox.say(screen, "进到没有信号的地方")
    screen.sees("设备没有信号")
    sandbox.fold(screen)
    review(screen, "两人入户，地下室居住，收入零工，妻子外出打工。")
    sandbox.at(screen, 4)
    sandbox.say(screen, "当面把这张删掉")
    sandbox.at(screen, 5)
    sandbox.say(screen, "回到有信号的地方")
    sandbox.say(screen, "两边的记录都保留")
    sandbox.at(screen, 6)
    sandbox.fold(screen)
    sandbox.to_case(screen)
    screen.press(CLAIM)
    review(screen, "公示七日，无异议。")
    sandbox.at(screen, 7)
    sandbox.sit(screen, "审批人")
    screen.press(CLAIM)
    decide(screen)


def tell_unsigned(screen: Screen) -> None:
    """Ask for the authorisation alone, which not everybody has signed."""
    sandbox.fold(screen)
    screen.press(re.compile("^家庭经济状况核对授权书"))
    screen.press("查不到，请申请人交")
    back_from_photo(screen)
    tick(screen, but="家庭经济状况核对授权书")
    office.act(screen, re.compile("^发一次性告知（1 条"))


def review(screen: Screen, opinion: str) -> None:
    """Complete the due step with a few words."""
    screen.press("审核通过")
    office.dialogue(screen).get_by_role("textbox").first.fill(opinion)
    office.answer(screen, "审核通过")


def dibao_with_mistakes(screen: Screen) -> None:
    """Ask for more than is missing, and record the visit before it; then end it."""
    sandbox.to_case(screen)
    screen.press(CLAIM)
    sandbox.fold(screen)
    lack_a_page(screen, "共同生活家庭成员身份证")
    tick(screen, but="共同生活家庭成员身份证")
    office.act(screen, re.compile("^发一次性告知（1 条"))
    sandbox.warned(screen, "只缺核对授权一样")


RIGHT: dict[str, tuple[Do, str]] = {
    "sim-lease-after-hours": (lease, "70 分，满分 70 分"),
    "sim-elder-three-in-one": (elder, "85 分，满分 85 分"),
    "sim-unemployment": (unemployment, "70 分，满分 70 分"),
    "sim-dibao-offline-visit": (dibao, "80 分，满分 80 分"),
}
"""What is done, and the points that the script gives for it."""

WRONG: dict[str, tuple[Do, str]] = {
    "sim-lease-after-hours": (lease_with_mistakes, "0 分，满分 70 分"),
    "sim-elder-three-in-one": (elder_with_mistakes, "15 分，满分 85 分"),
    "sim-unemployment": (unemployment_with_mistakes, "10 分，满分 70 分"),
    "sim-dibao-offline-visit": (dibao_with_mistakes, "0 分，满分 80 分"),
}

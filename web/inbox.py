"""The demonstration's inbox: every text message that a real carrier would have delivered, newest first."""

from __future__ import annotations

from html import escape
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from web.bodies import json_answer
from web.carrier import Delivered, DemoCarrier
from web.pages import html_page

LOCAL = ZoneInfo("Asia/Shanghai")

INTRO = """
<h1>演示短信 <span class="en" lang="en">Demo text messages</span></h1>
<p>演示时不真的发短信，验证码都在这里，最新的在最上面。
<span class="en" lang="en">No text message leaves the demonstration. Sign-in codes arrive here, newest first.</span></p>
"""
EMPTY = """
<p class="quiet">还没有短信。在登录页填手机号，点“发验证码”，验证码就会出现在这里。
<span lang="en">Nothing yet. Enter a phone number on the sign-in page and ask for a code: it appears here.</span></p>
"""
FOLLOW = """
const list = document.querySelector('#inbox');
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#inbox');
  if (fresh && fresh.textContent !== list.textContent) list.replaceChildren(...fresh.childNodes);
}, 2000);
"""


def routes(carrier: DemoCarrier) -> list[BaseRoute]:
    """The inbox as a page and as JSON; both take `?phone=`."""

    async def page(request: Request) -> Response:
        messages = carrier.inbox(request.query_params.get("phone"))
        cards = "".join(_card(message) for message in messages) or EMPTY
        body = f'{INTRO}<div id="inbox" aria-live="polite">{cards}</div>'
        return html_page("演示短信 · 家门口 Doorstep", body, script=FOLLOW)

    async def data(request: Request) -> Response:
        return json_answer({"messages": carrier.inbox(request.query_params.get("phone"))})

    return [Route("/demo/inbox", page), Route("/demo/inbox.json", data)]


def _card(message: Delivered) -> str:
    at = message.at.astimezone(LOCAL)
    code = f'<div class="code">{escape(message.code)}</div>' if message.code else ""
    return (
        f'<article class="card"><div class="meta"><span>发给 <span lang="en">to</span> {escape(message.phone)}</span>'
        f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M:%S}</time></div>'
        f"{code}<p>{escape(message.text)}</p></article>"
    )

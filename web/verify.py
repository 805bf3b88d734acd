"""`/verify/{code}`: whoever holds a result or a letter sees whether it was issued here, and no more than it shows.

Drawn on the server, for any browser, without JavaScript; Chinese first, English second.
"""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from html import escape
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from domain.calendar.limits import local_day
from domain.centre.centre import Particulars
from store.bench import CODE_ALPHABET, CODE_LENGTH
from web.edge import Edge, edge_of
from web.errors import Problem
from web.limits import Limit, address_key
from web.pages import html_page
from web.results.findings import Finding, letter_finding, result_finding
from web.results.paper import day_zh, grouped
from web.results.training import certificate_finding

CHECKS = {"address": (Limit(60, timedelta(minutes=10)), Limit(300, timedelta(hours=1)))}
"""A code has 79 bits, so that this guards the service rather than the codes."""

LONGEST_CODE = 64

STYLE = """
dl{display:grid;grid-template-columns:auto 1fr;gap:8px 16px;margin:0}
dt{color:var(--ink-2)}dd{margin:0;overflow-wrap:anywhere}
dt span,dd span{display:block;font-size:.875rem;color:var(--ink-2)}
.state{display:flex;gap:12px;align-items:center;border:1.5px solid;border-radius:16px;padding:16px;margin:0 0 16px}
.state svg{width:40px;height:40px;flex:none;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;
stroke-linejoin:round}
.state h1{margin:0}.state p{margin:2px 0 0}
.is-done{color:#285f2d;background:#e5f1e2;border-color:#86b587}
.is-refused{color:#594a41;background:#efe8e0;border:3px double #a39486}
form{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0}label{flex-basis:100%}
input{font:inherit;flex:1 1 16em;min-width:0;min-height:50px;padding:0 12px;border:1.5px solid #857a6b;
border-radius:10px;background:var(--surface);color:var(--ink);letter-spacing:.08em}
button{font:inherit;font-weight:600;min-height:50px;padding:0 20px;border:0;border-radius:10px;background:var(--brand);
color:var(--surface)}
@media(prefers-color-scheme:dark){.is-done{color:#a5d9a3;background:#1e3620;border-color:#558a57}
.is-refused{color:#d8cabb;background:#362e27;border-color:#85776a}}
"""
_DISC = '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/>'
TICK = f'{_DISC}<path d="m8 12.5 2.7 2.7L16 9.5"/></svg>'
STRUCK = f'{_DISC}<path d="m5.8 18.2 12.4-12.4"/></svg>'


def routes(_: Edge) -> list[BaseRoute]:
    """The check page and its form."""
    return [
        Route("/verify", ask, methods=["GET"]),
        Route("/verify/", ask, methods=["GET"]),
        Route("/verify/{code:path}", check, methods=["GET"]),
    ]


async def ask(request: Request) -> Response:
    """`GET /verify`: a field for the code; `?code=` goes to its page."""
    code = tidy(request.query_params.get("code", ""))
    if code:
        return RedirectResponse(f"/verify/{quote(code, safe='')}", 303)
    return _page("核验证明", f"{ASK}{_form('')}", edge_of(request))


async def check(request: Request) -> Response:
    """`GET /verify/{code}`: whether a document with this code was issued here."""
    edge, code = edge_of(request), tidy(request.path_params["code"])
    client = request.client.host if request.client else None
    try:
        edge.limiter.spend("too-many-checks", CHECKS, address=address_key(client))
    except Problem as problem:
        page = _page("请稍后再查", TOO_OFTEN, edge, status=problem.status)
        page.headers["retry-after"] = str(problem.params["retry_s"])
        return page
    finding = await _find(edge, code) if is_code(code) else None
    if finding is None:
        return _page("没有查到", f"{UNKNOWN}{_form(code)}", edge, status=404)
    if not finding.counts:
        return _page("已作废", _struck(finding, edge.centre.particulars()), edge)
    return _page("核验通过", _genuine(finding, edge.centre.particulars(), today=local_day(edge.clock())), edge)


def tidy(code: str) -> str:
    """A code as it is kept, from how people type it: in groups, in small letters."""
    return "".join(sign for sign in code[:LONGEST_CODE].upper() if sign not in " -\u3000\u00b7")


def is_code(code: str) -> bool:
    """Whether `code` has the form of a verification code."""
    return len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET)


async def _find(edge: Edge, code: str) -> Finding | None:
    coded = await edge.readers.ask(lambda reader: reader.result_with_code(code))
    if coded is None:
        certificate = await edge.readers.ask(lambda reader: reader.certificate_with_code(code))
        if certificate is not None:
            return await asyncio.to_thread(certificate_finding, edge.centre, certificate, code)
        return await asyncio.to_thread(letter_finding, edge.centre, code)
    return await asyncio.to_thread(result_finding, edge.centre, UUID(coded.id), code)


def _genuine(finding: Finding, centre: Particulars | None, *, today: date) -> str:
    over = finding.valid_until is not None and finding.valid_until < today
    lines = [
        ("名称", "Document", finding.title_zh, finding.title_en),
        *([("编号", "Number", finding.number, "")] if finding.number else []),
        *([("事项", "Item", finding.item, "")] if finding.item else []),
        *([("结果名称", "Result", finding.result, "")] if finding.result else []),
        ("签发日期", "Issued on", day_zh(finding.issued_on), finding.issued_on.isoformat()),
        ("签发单位", "Issued by", centre.name_zh if centre else "", centre.name_en if centre else ""),
        *((zh, en, name, "") for zh, en, name in finding.parties),
        *([ERASED] if finding.is_erased else []),
        *([] if finding.item else [("效力", "Validity", *_validity(finding, over=over))]),
        ("核验码", "Code", grouped(finding.code), ""),
    ]
    rows = "".join(_row(*line) for line in lines)
    return f'{EXPIRED if over else GENUINE}<div class="card"><dl>{rows}</dl></div>{COMPARE}'


def _struck(finding: Finding, centre: Particulars | None) -> str:
    """The page of a paper that counts no more: enough to compare it, and nobody's name."""
    lines = [
        ("名称", "Document", finding.title_zh, finding.title_en),
        *([("编号", "Number", finding.number, "")] if finding.number else []),
        ("签发日期", "Issued on", day_zh(finding.issued_on), finding.issued_on.isoformat()),
        ("签发单位", "Issued by", centre.name_zh if centre else "", centre.name_en if centre else ""),
        ("效力", "Validity", "已作废", "Void"),
    ]
    return f'{VOID}<div class="card"><dl>{"".join(_row(*line) for line in lines)}</dl></div>'


def _validity(finding: Finding, *, over: bool) -> tuple[str, str]:
    if finding.valid_until is None:
        return "有效", "Valid"
    zh, en = day_zh(finding.valid_until), finding.valid_until.isoformat()
    return (f"已于{zh}到期", f"Expired on {en}") if over else (f"有效，至{zh}", f"Valid until {en}")


def _row(zh: str, en: str, value_zh: str, value_en: str) -> str:
    second = f'<span lang="en">{escape(value_en)}</span>' if value_en else ""
    return f'<dt>{zh}<span lang="en">{en}</span></dt><dd>{escape(value_zh)}{second}</dd>'


def _form(code: str) -> str:
    return (
        '<form action="/verify" method="get"><label for="code">核验码，印在纸面左下方 '
        '<span class="en" lang="en">Code, at the bottom left of the paper</span></label>'
        f'<input id="code" name="code" value="{escape(code)}" maxlength="40" autocomplete="off" '
        'autocapitalize="characters" spellcheck="false" required>'
        '<button>核验 <span lang="en">Check</span></button></form>'
    )


def _page(title: str, body: str, edge: Edge, *, status: int = 200) -> Response:
    centre = edge.centre.particulars()
    sample = SAMPLE if centre and centre.is_demo else ""
    contact = _contact(centre) if centre else ""
    page = html_page(f"{title} · 家门口 Doorstep", f"<style>{STYLE}</style>{body}{contact}{sample}")
    page.status_code = status
    page.headers["x-robots-tag"] = "noindex"
    return page


def _contact(centre: Particulars) -> str:
    phone = escape(centre.phone)
    return (
        f'<p>有疑问，请打电话 <a href="tel:{phone.replace(" ", "")}">{phone}</a>，或带上纸质证明到窗口。<br>'
        f'<span class="en" lang="en">Questions: call {phone}, or bring the paper to '
        f"{escape(centre.name_en)}, {escape(centre.address_en)}.</span></p>"
    )


GENUINE = (
    f'<div class="state is-done">{TICK}<div><h1>是真的，由本中心签发</h1>'
    '<p lang="en">Genuine: issued by this centre</p></div></div>'
)
ERASED = ("姓名", "Names", "已依法删除", "Erased by law")
EXPIRED = (
    f'<div class="state is-refused">{STRUCK}<div><h1>是本中心签发的，但已过有效期</h1>'
    '<p lang="en">Issued by this centre, but no longer valid</p></div></div>'
)
VOID = (
    f'<div class="state is-refused">{STRUCK}<div><h1>是本中心签发的，但已作废</h1>'
    '<p lang="en">Issued by this centre, but void: do not rely on it</p></div></div>'
)
UNKNOWN = (
    f'<div class="state is-refused">{STRUCK}<div><h1>没有查到这份证明</h1>'
    '<p lang="en">No paper with this code was issued here</p></div></div>'
    "<p>这个核验码不是本中心签发的。先对照纸面看看有没有抄错：16位，只有大写字母和数字，没有字母 I、L、O 和数字 0、1。"
    "抄对了还查不到，请不要使用这份证明，并打电话告诉我们。</p>"
    '<p class="en" lang="en">Compare the code with the paper: 16 capital letters and digits, never I, L, O, 0 or 1. '
    "If it is right and still not found, do not rely on the paper, and call us.</p>"
)
TOO_OFTEN = (
    f'<div class="state is-refused">{STRUCK}<div><h1>查得太勤了，请过几分钟再查</h1>'
    '<p lang="en">Too many checks from here: please try again in a few minutes</p></div></div>'
)
ASK = (
    '<h1>核验证明 <span class="en" lang="en">Check a paper</span></h1>'
    "<p>输入证明上的核验码，看它是不是本中心签发的。<br>"
    '<span class="en" lang="en">Enter the code on the paper to see whether this centre issued it.</span></p>'
)
COMPARE = (
    "<p>请对照手里的纸：名称、编号、日期都一样，才是同一份。姓名只显示一部分。<br>"
    '<span class="en" lang="en">Compare with the paper in your hand: name, number and date must all be the same. '
    "Names are shown in part only.</span></p>"
)
SAMPLE = (
    '<p class="note">示例：这是演示中心，证明没有法律效力。<br>'
    '<span lang="en">Sample: this is a demonstration centre; its papers have no legal effect.</span></p>'
)

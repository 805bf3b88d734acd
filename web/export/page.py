"""The page of an export that a person reads: plain HTML without scripts, which opens from a folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, cast

from msgspec import Struct

from domain.calendar.limits import local
from domain.catalogue.form import Field
from domain.catalogue.items import ServiceItem
from projections.documents import CaseBody
from projections.history import HistoryMoment
from web.export.words import FACTS, ROLES

_STYLE = """
body{font:16px/1.6 "Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:62rem;
margin:2rem auto;padding:0 1rem;color:#1f1d1a;background:#fff}
h1{font-size:1.6rem;line-height:1.3}h2{font-size:1.2rem;margin-top:2rem;border-bottom:2px solid #0b5d51}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.35rem .5rem;text-align:left;
vertical-align:top}th{color:#555;font-weight:500}code{font-size:.85em;overflow-wrap:anywhere}
.mark{background:#fff6dc;border:1px solid #d9b64a;padding:.6rem .8rem;border-radius:.4rem}
.pages{display:flex;flex-wrap:wrap;gap:.8rem}.pages figure{margin:0;width:12rem}.pages img{width:100%;
border:1px solid #ccc}
.late{color:#8a5a00}@media print{.pages img{max-height:9cm;width:auto}}
"""


class Taken(Struct, frozen=True, kw_only=True):
    """Who took an export, and what it is of; the watermark says it.

    Attributes:
        name: of the person.
        at: when.
        log: name of the log.
        size: events that its checkpoint was signed for.
        key: that signed it.
    """

    name: str
    at: datetime
    log: str
    size: int
    key: str


def page(
    body: CaseBody, item: ServiceItem, moments: Sequence[HistoryMoment], files: Mapping[str, str], taken: Taken
) -> str:
    """The page.

    Args:
        body: the case as it stands.
        item: in the version of the case.
        moments: everything that was recorded.
        files: names within the export by what they are called.
        taken: for the watermark.
    """
    view = body.view
    title = f"{view.item_name.zh} {view.case_number or view.filing_number}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="mark">{escape(taken.name)}于 {_time(taken.at)} 导出。'
        "含个人信息，只供公务使用，不得转给无关的人。</p>",
        _section("这一件", _pairs(_about(body))),
        _section("申请人填的", _pairs(_answers(view.answers, item))),
        _section("经过", _course(moments)),
        _section("照片和文书", _files(files)),
        _section("怎么知道没有改过", _how(taken)),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    inner = "".join(parts)
    return f'<!doctype html><html lang="zh-CN"><head>{head}<style>{_STYLE}</style></head><body>{inner}</body></html>\n'


def _section(title: str, inner: str) -> str:
    return f"<h2>{escape(title)}</h2>{inner}" if inner else ""


def _about(body: CaseBody) -> list[tuple[str, str]]:
    view = body.view
    lines = [
        ("收件号", view.filing_number),
        ("办件号", view.case_number or "还没有"),
        ("申请人", view.applicant_name or "已按规定删除"),
        ("代办人", view.agent_name or ""),
        ("交件", _time(view.filed_at)),
        ("收齐", _time(view.received_at) if view.received_at else ""),
        ("最晚办好", _time(view.promised.at) if view.promised else ""),
        ("决定", _time(view.decision.at) if view.decision else ""),
    ]
    return [(name, value) for name, value in lines if value]


def _answers(answers: Mapping[str, Any], item: ServiceItem) -> list[tuple[str, str]]:
    """The questions of the form that were answered, in their own words and order."""
    return [(one.label_zh, _plain(answers[one.id], one)) for one in item.fields if one.id in answers]


def _plain(value: Any, field: Field) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        return str(named["text"]) if "text" in named else json.dumps(named, ensure_ascii=False)
    words = {option.value: option.zh for option in field.options}
    return words.get(value, value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pairs(lines: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in lines)
    return f"<table>{rows}</table>" if rows else ""


def _course(moments: Sequence[HistoryMoment]) -> str:
    head = "<tr><th>时间（北京）</th><th>做了什么</th><th>谁</th><th>第几条</th></tr>"
    return f"<table>{head}{''.join(map(_moment, moments))}</table>"


def _moment(moment: HistoryMoment) -> str:
    late = ""
    if moment.captured_at and (moment.at - moment.captured_at).total_seconds() >= 60:
        late = f'<br><span class="late">设备上 {_time(moment.captured_at)}</span>'
    who = " ".join(part for part in (moment.actor_name, ROLES.get(moment.role, moment.role)) if part)
    what = FACTS.get(moment.tag, moment.tag)
    return (
        f"<tr><td>{_time(moment.at)}{late}</td><td>{escape(what)}<br><code>{escape(moment.tag)}</code></td>"
        f"<td>{escape(who)}</td><td>{moment.position}</td></tr>"
    )


def _files(files: Mapping[str, str]) -> str:
    shown = "".join(_file(name, place) for name, place in files.items())
    return f'<div class="pages">{shown}</div>' if shown else "<p>没有，或者已按规定删除。</p>"


def _file(name: str, place: str) -> str:
    inner = f'<img src="{escape(place)}" alt="{escape(name)}">' if not place.endswith(".pdf") else ""
    return f'<figure><a href="{escape(place)}">{inner}<figcaption>{escape(name)}</figcaption></a></figure>'


def _how(taken: Taken) -> str:
    return (
        f"<p>这一页只方便看。作数的是旁边的 <code>events.jsonl</code>：每一条都带着证明，证明它在账本 "
        f"<code>{escape(taken.log)}</code> 签名时的 {taken.size} 条里，一个字也没有改过；"
        "照片和文书的指纹也记在里面。</p>"
        "<p>自己查：装好 Python，在这个文件夹里运行</p>"
        f"<p><code>python3 verify.py export . --key {escape(taken.key)}</code></p>"
        "<p>或者在浏览器里打开中心网站的 <code>/check-proof</code>，把压缩包放进去。公钥请和您自己抄下来的对一对。</p>"
    )


def _time(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M:%S}"

"""The documents that every other engine is given: flat cases of about 990 bytes, as large as a row of our queue."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec

NUMBER = 10_000
SEED = 20_261_123
HAN = (
    "居民办事申请材料身份证户口本照片复印件低保住房补贴残疾人证老年卡社区服务中心窗口受理审核补正退回办结通知时限邻里登记婚育"
    "证明就业失业医保社保参保缴费查询变更地址电话联系委托代办公示监督评价回访核实情况说明如下经办人员意见同意不同意需要补充提供原件"
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
KINDS = ("低保申请", "老年卡", "残疾人证", "住房补贴", "医保登记", "就业困难认定", "居住证明")
STATES = ("filed", "claimed", "needs_supplement", "under_review", "approved", "rejected")
FIRST_MS = 1_760_000_000_000


def written(path: Path) -> Path:
    """Write all documents to a file, the same ones every time."""
    chance = random.Random(SEED)
    path.write_bytes(msgspec.json.encode([_case(number, chance) for number in range(NUMBER)]))
    return path


def _case(number: int, chance: random.Random) -> dict[str, Any]:
    files = [{"id": f"{chance.getrandbits(64):016x}", "sha256": f"{chance.getrandbits(256):064x}"} for _ in range(2)]
    at = FIRST_MS + number * 60_000
    return {
        "id": f"0192{number:04x}-0000-7000-8000-{chance.getrandbits(48):012x}",
        "no": f"JD2026{number:07d}",
        "type": chance.choice(KINDS),
        "status": chance.choice(STATES),
        "name": chance.choice(SURNAMES) + _han(2, chance),
        "phone": f"13{chance.getrandbits(29):09d}",
        "addr": f"{_han(14, chance)}{chance.randrange(1, 400)}号",
        "desc": _han(150, chance),
        "docs": msgspec.json.encode(files).decode(),
        "assignee": f"staff-{chance.randrange(40):02d}",
        "createdAt": at,
        "updatedAt": at + chance.randrange(10**8),
        "ver": chance.randrange(1, 30),
    }


def _han(length: int, chance: random.Random) -> str:
    return "".join(chance.choice(HAN) for _ in range(length))

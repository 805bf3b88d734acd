"""Shared registers are asked for what applicants need not bring; where one does not answer, the form is the fallback.

What sharing yields must not be collected again (政务数据共享条例). A look-up only reads, so it is simply done again
where its outcome is not in the log; a register that was out of reach is asked once more when the case moves on, and any
whenever a colleague wants it asked again.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any, Literal, Protocol, cast
from uuid import UUID, uuid5

from msgspec import Struct

from domain.case.acts import ENDED
from domain.case.commands import RecordLookUp
from domain.case.facts import CaseFiled, CaseReceived, CaseReopened, CaseSupplemented, RegisterAsked
from domain.case.state import Case
from domain.catalogue.conditions import filled_form, materials_needed
from domain.catalogue.items import Material
from domain.catalogue.records import Holder, holder_of
from domain.centre.centre import NAMESPACE
from domain.facts import Envelope, tag_of
from store.centre import Centre
from web.following import Progress, insist
from web.results.recall import answers_of, last

WATCHED = frozenset(tag_of(kind) for kind in (CaseFiled, CaseSupplemented, CaseReceived, CaseReopened, RegisterAsked))
PAGE_OF_FACTS = 1_000
PATIENCE_SECONDS = 10.0
"""How long a register may take; then the paper is asked of the applicant."""
AT_ONCE = 4
TRIES = 3

_log = logging.getLogger("doorstep.registers")

Outcome = Literal["found", "not-found", "unavailable"]


NOTHING: tuple[None, Mapping[str, str]] = (None, MappingProxyType({}))
"""No answer, because nobody was asked or such papers are not kept."""


class Extract(Struct, frozen=True):
    """What a register says; `result` is empty where it has nothing on the holder."""

    found: bool
    result: Mapping[str, str] = {}


class Register(Protocol):
    """A register, or the exchange behind which registers stand."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def look_up(self, material_type: str, holder: Holder) -> Extract | None:
        """What it has of a kind of paper on `holder`; None if it does not keep that kind.

        An exception, or no answer in time, means that it is out of reach.
        """
        ...


class LookUps:
    """Asks for every shared material of a case that nobody has asked for.

    Args:
        centre: the log.
        register: who is asked.
        progress: how far an earlier process had come; the log is read from its start without it.
        patience: how long to wait for one answer, in seconds.
    """

    def __init__(
        self,
        centre: Centre,
        register: Register,
        *,
        progress: Progress | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._centre = centre
        self._register = register
        self._progress = progress
        self._patience = patience
        self._position = progress.position if progress else 0
        self._failures: Counter[int] = Counter()
        self._asking = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="register")

    def catch_up(self) -> None:
        """Read the log to its head and ask for what it needs."""
        while True:
            reached, page = self._centre.stretch(self._position, PAGE_OF_FACTS, tags=WATCHED)
            for position, envelope in page:
                self._try(position, envelope)
            self._position = reached
            if not page:  # whatever else other nodes go on writing
                break
        if self._progress:
            self._progress.keep(self._position)

    def close(self) -> None:
        """Wait for nobody any more."""
        self._asking.shutdown(wait=False, cancel_futures=True)

    def _try(self, position: int, envelope: Envelope) -> None:
        """Look at a case; one that cannot be looked at holds the others up only for a while."""
        try:
            self._look_at(position, envelope)
        except Exception:
            self._failures[position] += 1
            if self._failures[position] < TRIES:
                raise
            _log.exception("no register was asked for the fact at %s", position)

    def _look_at(self, position: int, envelope: Envelope) -> None:
        id = envelope.originator_id
        case = self._centre.case(id)
        if case.status is None or case.status in ENDED:
            return
        answers = self._answers(id)
        if answers is None:
            return
        match envelope.fact:
            case RegisterAsked(material=wanted):
                if wanted in case.asked:
                    self._ask_again(position, case, id, wanted, answers)
            case _:
                for material in self._wanted(case, answers):
                    self._ask(position, id, material, answers)

    def _answers(self, id: UUID) -> dict[str, Any] | None:
        filed = last(self._centre.read(id), CaseFiled)
        assert filed is not None
        return answers_of(self._centre, filed, cast("CaseFiled", filed.fact))

    def _wanted(self, case: Case, answers: dict[str, Any]) -> list[Material]:
        item = self._centre.item_of(case)
        shown = {page.material for page in case.pages}
        return [
            one.material
            for one in materials_needed(filled_form(item, answers))
            if one.material.source == "shared"
            and one.material.id not in shown
            and case.looked_up.get(one.material.id) in (None, "unavailable")
        ]

    def _ask(self, position: int, case: UUID, material: Material, answers: dict[str, Any]) -> None:
        """Ask about whoever the form names; of whom it names nobody no register is asked."""
        holder = holder_of(material, answers)
        outcome, result = self._asked(material, holder) if holder else NOTHING
        if outcome is not None:
            self._tell(position, case, material.id, outcome, result)

    def _ask_again(self, position: int, case: Case, id: UUID, wanted: str, answers: dict[str, Any]) -> None:
        """Somebody waits for this answer: there is one, also where the register does not keep such papers."""
        material = self._centre.item_of(case).material(wanted)
        holder = holder_of(material, answers) if material else None
        outcome, result = self._asked(material, holder) if material and holder else NOTHING
        self._tell(position, id, wanted, outcome or "unavailable", result)

    def _tell(self, position: int, case: UUID, material: str, outcome: Outcome, result: Mapping[str, str]) -> None:
        told = RecordLookUp(material=material, register=self._register.name, outcome=outcome, result=dict(result))
        insist(self._centre, told, lane=case, id=uuid5(NAMESPACE, f"look-up:{position}:{material}"))

    def _asked(self, material: Material, holder: Holder) -> tuple[Outcome | None, Mapping[str, str]]:
        answer = self._asking.submit(self._register.look_up, material.type, holder)
        try:
            extract = answer.result(self._patience)
        except Exception:  # the time-out among others; whose paper it was stays out of the log
            answer.cancel()
            _log.warning("the register does not answer about %s", material.type)
            return "unavailable", {}
        if extract is None:
            return NOTHING
        return ("found", extract.result) if extract.found else ("not-found", {})


class DemoRegister:
    """Stands in for the city's exchange in a demonstration: the same question always gets the same believable answer.

    Most people are found; about one in eight is not, and one question in twenty gets no answer.
    """

    name = "市政务数据共享平台（示例）"

    def look_up(self, material_type: str, holder: Holder) -> Extract | None:
        """What the exchange would say.

        Raises:
            TimeoutError: it is out of reach for this question.
        """
        make = _EXTRACTS.get(material_type)
        if make is None:
            return None
        chance = int.from_bytes(hashlib.sha256(f"{material_type}:{holder.number}".encode()).digest()[:4], "big")
        if not holder.number or chance % 8 == 3:
            return Extract(found=False)
        if chance % 20 == 11:
            raise TimeoutError
        return Extract(found=True, result={"姓名或名称": holder.name, **make(chance), "数据时间": "当日"})


def _since(chance: int, first: int, span: int) -> str:
    return f"{first + chance % span}-{1 + chance % 12:02d}-{1 + chance % 28:02d}"


def _business(n: int) -> dict[str, str]:
    return {"登记状态": "存续", "成立日期": _since(n, 2005, 20), "登记机关": "汉阳区市场监督管理局"}


_EXTRACTS: dict[str, Callable[[int], dict[str, str]]] = {
    "household-register": lambda n: {
        "户籍地": "武汉市汉阳区北桥街道",
        "户号": f"{420105000 + n % 1000}",
        "户内人数": f"{1 + n % 5}",
    },
    "marriage-record": lambda n: {"婚姻状况": ("已婚", "未婚", "离异")[n % 3], "登记日期": _since(n, 1990, 34)},
    **dict.fromkeys(("business-licence", "lessor-licence", "lessee-licence"), _business),
    "device-assessment": lambda n: {"适配结论": ("轮椅", "助听器", "护理床")[n % 3], "评估日期": _since(n, 2025, 2)},
    "disability-assessment": lambda n: {"评定等级": f"{1 + n % 4}级", "评定日期": _since(n, 2025, 2)},
    "prior-permit": lambda n: {"许可证编号": f"武阳证〔2024〕{1 + n % 900:04d}号", "状态": "有效"},
    "termination-proof": lambda n: {
        "解除日期": _since(n, 2025, 2),
        "解除原因": ("合同到期", "协商一致")[n % 2],
    },
    "parent-absence-proof": lambda n: {"核查情形": ("失联", "服刑", "重残")[n % 3], "核查日期": _since(n, 2025, 1)},
    "lease-filing-certificate": lambda n: {"备案证明编号": f"北桥便民〔2025〕第{1 + n % 900:04d}号", "状态": "有效"},
    "housing-condition-proof": lambda n: {"名下住房": f"{n % 2} 套", "核查范围": "武汉市"},
    "low-income-record": lambda n: {"对象类别": ("最低生活保障", "低保边缘", "特困人员")[n % 3], "状态": "在册"},
    "unemployment-record": lambda n: {"失业登记日期": _since(n, 2024, 2), "状态": "登记失业"},
    "employment-hardship-record": lambda n: {"认定日期": _since(n, 2024, 2), "状态": "有效"},
    "si-payment-record": lambda n: {"累计缴费月数": f"{12 + n % 240}", "最近缴费": "2026-10"},
    "education-proof": lambda n: {"学历": ("大专", "本科", "硕士")[n % 3], "毕业日期": _since(n, 2012, 13)},
    "retirement-proof": lambda n: {"待遇核定日期": _since(n, 2015, 10), "状态": "正常发放"},
    "disability-certificate": lambda n: {"残疾等级": f"{1 + n % 4}级", "有效期至": _since(n, 2028, 8)},
    "residence-permit": lambda n: {"登记日期": _since(n, 2020, 5), "状态": "有效"},
    "death-proof": lambda n: {"注销日期": _since(n, 2024, 2), "登记机关": "汉阳区公安分局"},
    "birth-medical-certificate": lambda n: {"出生日期": _since(n, 2024, 2), "接生机构": "汉阳区妇幼保健院"},
}

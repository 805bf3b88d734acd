"""The residents of the demonstration, all invented: their identity numbers pass the check and belong to nobody."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

DIVISION = "420105"
FIRST_PHONE = 13_800_000_001
INVENTED_SERIAL = 990
"""Serials from here on mark an identity number as invented."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class Resident(Struct, frozen=True, kw_only=True):
    """A resident with what forms ask of a person.

    Attributes:
        n: from 1; decides telephone and serial.
        home: address below the street.
        passport: number of the passport by which somebody without an identity card is known; else empty.
    """

    n: int
    name: str
    birth: date
    sex: Literal["male", "female"]
    home: str
    passport: str = ""

    @property
    def phone(self) -> str:
        """The mobile number they sign in with."""
        return str(FIRST_PHONE + self.n - 1)

    @property
    def id_number(self) -> str:
        """An identity number with a right check digit."""
        return id_number(self.birth, self.sex, self.n)

    @property
    def address(self) -> dict[str, str]:
        """Where they live, in one line."""
        return {"text": f"武汉市汉阳区北桥街道{self.home}"}


def id_number(birth: date, sex: str, n: int) -> str:
    """An invented identity number (GB 11643): odd serials are men's."""
    serial = INVENTED_SERIAL + 2 * (n % 5) + (sex == "male")
    digits = f"{DIVISION}{birth:%Y%m%d}{serial}"
    return digits + _CHECKS[sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11]


PASSPORTS = {"Elena Petrova": "753148260"}
"""Passport numbers by name, invented."""


def _residents(*rows: tuple[str, str, Literal["male", "female"], str]) -> tuple[Resident, ...]:
    return tuple(
        Resident(
            n=n,
            name=name,
            birth=date.fromisoformat(birth),
            sex=sex,
            home=home,
            passport=PASSPORTS.get(name, ""),
        )
        for n, (name, birth, sex, home) in enumerate(rows, start=1)
    )


RESIDENTS = _residents(
    ("陈志远", "1988-05-17", "male", "桂花社区桂花园小区3栋2单元1102室"),
    ("何嘉怡", "1993-11-02", "female", "桂花社区桂花园小区5栋1单元402室"),
    ("买买提·吐尔逊", "1990-08-21", "male", "江堤社区江堤新村12栋1单元301室"),
    ("王䶮", "1985-02-09", "male", "江堤社区汉水家园2栋3单元1804室"),
    ("欧阳晓雯", "1996-07-30", "female", "枫林社区枫林苑7栋2单元603室"),
    ("李建国", "1962-04-12", "male", "枫林社区老纱厂宿舍4栋1单元201室"),
    ("吴秀英", "1942-10-25", "female", "枫林社区老纱厂宿舍4栋2单元102室"),
    ("徐海波", "1979-12-03", "male", "桥头社区北桥路18号3栋2单元501室"),
    ("马小燕", "1991-03-28", "female", "桥头社区北桥路26号1栋1单元702室"),
    ("邓文斌", "1974-09-15", "male", "桥头社区军休院2栋1单元302室"),
    ("黄天赐", "1983-06-06", "male", "桂花社区锦绣里9栋1单元1501室"),
    ("周雨桐", "1999-01-19", "female", "江堤社区汉水家园6栋2单元905室"),
    ("冯丽娟", "1971-08-08", "female", "枫林社区枫林苑1栋3单元404室"),
    ("孙𬭳", "1989-10-11", "male", "桥头社区北桥路30号2栋1单元1203室"),
    ("郑国强", "1958-03-03", "male", "桂花社区桂花园小区8栋1单元101室"),
    ("林若曦", "1994-12-24", "female", "江堤社区江堤新村3栋2单元502室"),
    ("麦", "1997-04-06", "female", "桂花社区锦绣里6栋1单元803室"),
    ("Elena Petrova", "1986-09-18", "female", "江堤社区汉水家园9栋1单元2201室"),
    ("阿依古丽·买买提", "2000-05-25", "female", "桥头社区北桥路26号2栋3单元606室"),
    ("彭秀兰", "1953-01-12", "female", "枫林社区老纱厂宿舍2栋1单元102室"),
    ("韩立群", "1969-06-29", "male", "枫林社区枫林苑3栋2单元701室"),
)

(
    CHEN, HE, MAIMAITI, WANG, OUYANG, LI, WU, XU, MA, DENG, HUANG, ZHOU, FENG, SUN, ZHENG, LIN, MAI, ELENA, AYGUL,
    PENG, HAN,
) = RESIDENTS  # fmt: skip

UNREACHABLE = ZHOU
"""Her number takes no text messages: what she is told of is work for staff, who call her."""

MOTHER = Resident(n=31, name="李桂兰", birth=date(1944, 9, 5), sex="female", home=RESIDENTS[0].home)
"""The first resident files for her."""

AUNT = Resident(n=32, name="田玉珍", birth=date(1943, 2, 18), sex="female", home="江堤社区江堤新村8栋1单元201室")
"""She has no telephone of her own that takes the app, and comes to the window."""

LESSORS = (
    Resident(n=41, name="罗建平", birth=date(1965, 7, 14), sex="male", home="桂花社区锦绣里2栋1单元302室"),
    Resident(n=42, name="谢美玲", birth=date(1970, 2, 26), sex="female", home="江堤社区汉水家园1栋1单元1201室"),
    Resident(n=43, name="曾庆华", birth=date(1959, 11, 8), sex="male", home="桥头社区北桥路9号5栋1单元601室"),
)
"""They let flats and never sign in."""

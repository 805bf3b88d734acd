"""The people, moments and papers that tests speak of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from domain.actors import Actor, Role, office_of
from domain.calendar.calendar import SHANGHAI
from domain.case.commands import FileCase, FileRef, PageOf
from domain.catalogue.conditions import Json, filled_form, materials_needed
from domain.catalogue.items import ServiceItem
from domain.centre.centre import NAMESPACE, Particulars, arrangement_of, staff_stream
from tests.domain.calendar.shipped import shipped_calendar
from tests.domain.catalogue.filled import filled_answers
from tests.domain.catalogue.shipped import shipped_catalogue

MONDAY_10AM = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI).astimezone(UTC)
FRIDAY_EVENING = datetime(2026, 11, 20, 18, 40, tzinfo=SHANGHAI).astimezone(UTC)
"""Friday 18:40, when the centre has closed for the weekend."""

CALENDAR = shipped_calendar()
CATALOGUE = shipped_catalogue()
ARRANGEMENT = arrangement_of(CATALOGUE)


def _item(item_id: str) -> ServiceItem:
    item = CATALOGUE.item(item_id)
    assert item is not None
    return item


LEASE = _item("house-lease-filing")
"""An immediate item: one review, then the decision."""
HARDSHIP = _item("employment-hardship-recognition")
"""Three reviews by two roles, then the decision."""

CASE = UUID("01939c6f-5e00-7000-8000-00000000ca5e")
"""The case that most tests speak of."""

PARTICULARS = Particulars(
    name_zh="北桥街道政务服务中心",
    name_en="Beiqiao Subdistrict Service Centre",
    phone="027-00000000",
    address_zh="北桥路18号",
    address_en="18 Beiqiao Road",
    hours_zh="周一至周五 9:00-12:00 13:00-17:00",
    hours_en="Mon-Fri 9:00-12:00 13:00-17:00",
    number_prefix="BQ",
    document_prefix="北桥办",
    is_demo=True,
)


def resident(name: str) -> Actor:
    """A resident."""
    return Actor(id=uuid5(NAMESPACE, f"resident:{name}"), roles=frozenset({Role.RESIDENT}))


def staff(username: str, *roles: Role) -> Actor:
    """A member of staff, under the id that a centre gives them."""
    return Actor(id=staff_stream(username), roles=frozenset(roles), office=office_of(roles[0]))


FATHER = resident("father")
"""Files the case."""
STRANGER = resident("stranger")
"""A resident with no part in the case."""
ZHOU = staff("zhoumin", Role.WINDOW_CLERK)
LIN = staff("linxia", Role.WINDOW_CLERK)
"""Qualified like Zhou."""
TANG = staff("tangwei", Role.WINDOW_CLERK)
"""Holds no certificate."""
LI = staff("litao", Role.REVIEWER)
WANG = staff("wangfang", Role.DECIDER)
CHEN = staff("chenjing", Role.OUTLET_CLERK)
SUN = staff("sunhao", Role.LEAD)
GU = staff("guwen", Role.AUDITOR)
ZHANG = staff("zhangjun", Role.COMMUNITY_WORKER)
QIAN = staff("qianbo", Role.ASSESSOR)
"""Has no step in most routes."""
HE = staff("heping", Role.WINDOW_CLERK, Role.DECIDER)
"""Clerk and decider in one person."""
CENTRE = Actor(id=uuid5(NAMESPACE, "the centre itself"), roles=frozenset({Role.CENTRE}))

STAFF = {
    "zhoumin": ZHOU,
    "linxia": LIN,
    "tangwei": TANG,
    "litao": LI,
    "wangfang": WANG,
    "chenjing": CHEN,
    "sunhao": SUN,
    "guwen": GU,
    "zhangjun": ZHANG,
    "qianbo": QIAN,
    "heping": HE,
}
"""Everybody who works at the centre, by user name."""
QUALIFIED = ("zhoumin", "linxia", "heping")
"""User names of those who hold certificates for the items of the tests."""
CERTIFIED_UNTIL = date(2027, 6, 30)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = MONDAY_10AM) -> None:
        """Stop at `now`."""
        self.now = now

    def __call__(self) -> datetime:
        """The time, UTC."""
        return self.now

    def advance(self, **span: float) -> None:
        """Move on by a `timedelta`, given in its own words."""
        self.now += timedelta(**span)


def ids(name: str = "ids") -> Iterator[UUID]:
    """Ids that are the same in every run."""
    n = 0
    while True:
        n += 1
        yield uuid5(NAMESPACE, f"{name}:{n}")


def page_of(case: UUID, material: str, number: int = 1, *, take: int = 1) -> FileRef:
    """The file that shows a page; another `take` is another photograph of it."""
    name = f"{material}:{number}:{take}"
    return FileRef(uuid5(case, name), uuid5(case, name).hex * 2, 120_000 + number)


class Filing:
    """A form filled in with everything it needs.

    Attributes:
        command: ready to be given.
        files: what it names, in the order of its pages.
    """

    def __init__(self, item: ServiceItem = LEASE, *, case: UUID = CASE, pages: int = 1, **choices: Json) -> None:
        """Fill the form of `item`, with `pages` photographs of each paper that is demanded."""
        answers = filled_answers(item, **choices)
        needed = materials_needed(filled_form(item, answers))
        shown: list[PageOf] = []
        self.files: tuple[FileRef, ...] = ()
        for material in (n.material.id for n in needed if n.photograph_demanded):
            for number in range(1, pages + 1):
                ref = page_of(case, material, number)
                self.files = (*self.files, ref)
                shown.append(PageOf(ref.id, material, number))
        self.command = FileCase(
            item_id=item.id,
            item_version=item.version,
            answers=answers,
            pages=tuple(shown),
            declarations=tuple(n.material.id for n in needed if n.signature_demanded),
        )

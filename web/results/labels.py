"""What stands on the envelope of a result that goes by post."""

from __future__ import annotations

from msgspec import Struct

from web.post import Recipient, recipient_of
from web.results.matter import Matter


class Label(Struct, frozen=True, kw_only=True):
    """An envelope label; what is inside is told by its number alone."""

    title: str
    name: str
    phone: str
    address: str
    sender: str
    sender_address: str
    sender_phone: str
    number: str


def label_of(matter: Matter) -> Label:
    """The label of the result that was issued last."""
    to: Recipient = recipient_of(matter.answers)
    centre = matter.centre
    return Label(
        title="邮寄标签（示例）" if centre.is_demo else "邮寄标签",
        name=to.name,
        phone=to.phone,
        address=to.address,
        sender=centre.name_zh,
        sender_address=centre.address_zh,
        sender_phone=centre.phone,
        number=matter.documents[-1] if matter.documents else "",
    )

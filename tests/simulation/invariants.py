"""What must hold in every world, whatever fails (protocol section 10)."""

from __future__ import annotations

INVARIANTS = {
    "I1": "an intent is in exactly one of outbox, settled and set aside; none vanishes",
    "I2": "an intent has at most one effect",
    "I3": "what was acknowledged is in the log at the acknowledged position",
    "I4": "effects of one lane are in the order in which its intents were taken",
    "I5": "a set-aside intent stops those that need it, and no others",
    "I6": "an own acknowledged act never disappears from view",
    "I7": "cursor and position never go back within an epoch",
    "I8": "nothing outside the scopes at send time is sent, and what was revoked is gone by the first page",
    "I9": "the server keeps a bounded number of frames for a connection",
    "I10": "after faults have stopped, every device has what the server has and owes nothing",
    "I11": "the device's clock changes no verdict",
    "I12": "a second leader, a second tab or a repeated frame changes nothing",
}


class Broken(AssertionError):
    """An invariant does not hold.

    Attributes:
        name: of the invariant, such as `I6`.
    """

    def __init__(self, name: str, what: str) -> None:
        """Say which invariant, and what was found."""
        super().__init__(f"{name} is broken ({INVARIANTS[name]}): {what}")
        self.name = name


def hold(name: str, holds: bool, what: str) -> None:
    """Require an invariant.

    Raises:
        Broken: it does not hold.
    """
    if not holds:
        raise Broken(name, what)

"""The same as `tests.rolling.node`, of the next version of the program."""

from tests.rolling import later  # before everything that reads what it adds

# isort: split
import sys

from tests.rolling.node import main
from web.live import Connection

Connection.put = later.talkative(Connection.put)  # type: ignore[method-assign]

if __name__ == "__main__":
    main(sys.argv[1])

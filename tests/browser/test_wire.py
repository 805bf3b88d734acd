import socket
import threading
import time
from collections.abc import Generator

import pytest

from tests.browser.wire import Mode, Wire


class Echo(threading.Thread):
    """A server that answers each message with itself, one connection after the other, and remembers them."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.heard = b""
        self.start()

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.join()

    def _answer(self, connection: socket.socket) -> None:
        try:
            while data := connection.recv(65536):
                self.heard += data
                connection.sendall(data)
        except OSError:
            return


@pytest.fixture
def echo() -> Generator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture
def wire(echo: Echo) -> Generator[Wire]:
    wire = Wire(echo.port)
    yield wire
    wire.close()


@pytest.fixture
def caller(wire: Wire) -> Generator[socket.socket]:
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as connection:
        yield connection


def test_what_is_sent_arrives_and_is_answered(caller: socket.socket) -> None:
    caller.sendall(b"hello")

    assert caller.recv(10) == b"hello"


def test_without_a_signal_a_standing_connection_is_reset_and_a_new_one_too(wire: Wire, caller: socket.socket) -> None:
    caller.sendall(b"hello")
    caller.recv(10)

    wire.set(Mode.REFUSE)

    assert _is_reset(caller)
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as second:
        assert _is_reset(second)


def test_a_hanging_wire_loses_nothing(wire: Wire, caller: socket.socket) -> None:
    with wire.down(Mode.HANG):
        caller.sendall(b"hello")
        caller.settimeout(0.1)
        with pytest.raises(TimeoutError):
            caller.recv(10)

    caller.settimeout(5)
    assert caller.recv(10) == b"hello"


def test_a_cut_wire_delivers_the_request_and_loses_the_answer(wire: Wire, echo: Echo, caller: socket.socket) -> None:
    wire.set(Mode.CUT)

    caller.sendall(b"hello")

    assert _is_reset(caller)
    assert echo.heard == b"hello"


def test_a_wire_cut_mid_frame_delivers_the_request_and_half_of_the_answer(
    wire: Wire, echo: Echo, caller: socket.socket
) -> None:
    with wire.down(Mode.MID_FRAME):
        caller.sendall(b"hello!")

        assert caller.recv(10) == b"hel"
        assert _is_reset(caller)
    assert echo.heard == b"hello!"


def test_a_lossy_wire_breaks_some_connections_and_lets_others_through(wire: Wire) -> None:
    wire.set(Mode.LOSSY)
    answers: list[bytes] = []
    for _ in range(60):
        with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as connection:
            answers.append(_answer_to(connection, b"hello"))

    assert 30 < answers.count(b"hello") < 60


def test_a_mute_socket_is_opened_and_heard_and_hears_nothing(wire: Wire, echo: Echo) -> None:
    wire.set(Mode.MUTE_SOCKETS)
    with socket.create_connection(("127.0.0.1", wire.port), timeout=5) as connection:
        assert _answer_to(connection, b"Upgrade: WebSocket") == b"Upgrade: WebSocket"
        connection.sendall(b"first")
        until = time.monotonic() + 5
        while not echo.heard.endswith(b"first"):
            assert time.monotonic() < until, "what was said did not arrive"
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(10)


def test_the_signal_can_be_lost_in_the_middle_of_what_is_sent(wire: Wire, echo: Echo, caller: socket.socket) -> None:
    wire.refuse_after(100_000)

    with pytest.raises(OSError, match=r"reset|Broken pipe|aborted"):
        caller.sendall(b"x" * 10_000_000)

    assert 100_000 <= wire.sent_bytes < 400_000
    assert wire.mode is Mode.REFUSE


def _answer_to(connection: socket.socket, said: bytes) -> bytes:
    try:
        connection.sendall(said)
        return connection.recv(100)
    except ConnectionResetError:
        return b""


def _is_reset(connection: socket.socket) -> bool:
    try:
        return connection.recv(10) == b""
    except ConnectionResetError:
        return True

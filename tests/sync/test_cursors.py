import base64

from hypothesis import given
from hypothesis import strategies as st

from sync.cursors import Cursor, Signer, scopes_digest

SIGNER = Signer(b"k" * 32)
WORDS = st.text(st.characters(exclude_characters="|", exclude_categories=["Cs"]), max_size=20)
CURSORS = st.builds(Cursor, epoch=WORDS, scopes=WORDS, pos=st.integers(0, 2**63), id=WORDS)


@given(CURSORS)
def test_a_cursor_comes_back_as_it_was_written(cursor: Cursor) -> None:
    assert SIGNER.read(SIGNER.write(cursor)) == cursor


@given(CURSORS)
def test_a_cursor_is_short_text_that_needs_no_escaping(cursor: Cursor) -> None:
    assert SIGNER.write(cursor).replace("-", "").replace("_", "").isalnum()


@given(CURSORS, st.integers(0))
def test_a_cursor_with_one_changed_bit_is_none(cursor: Cursor, where: int) -> None:
    text = SIGNER.write(cursor)
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[where % len(raw)] ^= 1 << where % 8

    assert SIGNER.read(base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None


@given(CURSORS)
def test_another_key_does_not_read_it(cursor: Cursor) -> None:
    assert Signer(b"other").read(SIGNER.write(cursor)) is None


@given(st.text(max_size=100))
def test_any_other_text_is_none(text: str) -> None:
    assert SIGNER.read(text) is None


def test_the_digest_of_scopes_depends_on_the_scopes_and_not_on_their_order() -> None:
    assert scopes_digest(frozenset({"a", "b"})) == scopes_digest(frozenset({"b", "a"}))
    assert scopes_digest(frozenset({"a", "b"})) != scopes_digest(frozenset({"a"}))
    assert scopes_digest(frozenset({"a\nb"})) != scopes_digest(frozenset({"a", "c"}))

"""What an authorisation server's answer grants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.secrets.oauth import Tokens, tokens_in

anything = st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.lists(st.text())


class TestTokensIn:
    @pytest.mark.parametrize("token", ["a b", "a\x01auth=Bearer b", "a\r\nb", "ü", "=", "a=b"])
    def test_what_could_break_out_of_a_login_is_no_token(self, token: str) -> None:
        assert tokens_in({"access_token": token, "expires_in": 3600}) is None

    @pytest.mark.parametrize(
        ("expires_in", "seconds"),
        [(120, 120.0), ("120", 120.0), (None, 3600.0), ("soon", 3600.0), (10**400, 3600.0)],
    )
    def test_lifetimes_are_read_as_servers_write_them(
        self, expires_in: object, seconds: float
    ) -> None:
        assert tokens_in({"access_token": "a", "expires_in": expires_in}) == Tokens(
            "a", None, seconds
        )

    @given(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys(("access_token", "refresh_token", "expires_in"), anything)
        )
    )
    def test_any_answer_gives_a_sound_token_or_none(self, answer: dict[str, object]) -> None:
        tokens = tokens_in(answer)
        if tokens is not None:
            assert tokens.access_token == answer["access_token"]
            assert tokens.access_token.isascii()
            assert tokens.access_token.isprintable()
            assert " " not in tokens.access_token
            assert tokens.refresh_token in (None, answer.get("refresh_token"))

"""By which first name a display name lets somebody be greeted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.writing.given_names import given_name
from panzad.writing.greetings import frame_of

BOB = "bob.ray@a.example"


class TestGivenName:
    @pytest.mark.parametrize(
        "name",
        [
            "Bob Ray",
            "Bob",
            "Ray, Bob",
            "RAY, Bob",
            "RAY, BOB",
            "BOB RAY",
            "bob ray",
            "Bob RAY",
            "RAY Bob",
            "Dr. Bob Ray",
            "Dr Bob Ray",
            "Mr Bob Ray",
            "MR BOB RAY",
            "Herr Bob Ray",
            "Herr Prof. Dr. med. Bob Ray",
            "Dr.-Ing. Bob Ray",
            "Monsieur Bob Ray",
            "Sig. Bob Ray",
            "Ray, Dr. Bob",
            "Ray, Bob, PhD",
            "Bob Ray, PhD",
            "Bob Ray Jr.",
            "Bob Ray (ACME)",
            "Ray, Bob (ACME Berlin)",
            "Ray, Bob [extern]",
            "'Bob Ray'",
            '"Ray, Bob"',
            "Bob van Ray",
            "van der Ray, Bob",
            "VAN DER RAY, Bob",
            "Sir Bob Ray",
            "J. Bob Ray",
            "Bob R.",
            "  Bob   Ray  ",
        ],
    )
    def test_a_first_name_is_read_from_all_forms(self, name: str) -> None:
        assert given_name(name, BOB) == "Bob"

    @pytest.mark.parametrize(
        ("name", "called"),
        [
            ("Frau Ute Voss", "Ute"),
            ("Mme Zoé Ash", "Zoé"),
            ("JEAN-PIERRE ASH", "Jean-Pierre"),
            ("ИВАН ПЕТРОВ", "Иван"),
            ("İBRAHİM ÖZ", "İbrahim"),
            ("Zoe\u0301 Ash", "Zoé"),
            ("McKenzie Ash", "McKenzie"),
            ("AJ Ash", "AJ"),
            ("अनिल शर्मा", "अनिल"),
        ],
    )
    def test_it_is_written_as_names_are(self, name: str, called: str) -> None:
        assert given_name(name, "x1@a.example") == called

    @pytest.mark.parametrize(
        ("name", "email"),
        [
            ("", BOB),
            ("   ", BOB),
            (BOB, BOB),
            ("<bob.ray@a.example>", BOB),
            ("bob_ray", BOB),
            ("bob77", BOB),
            ("bray", "bray@a.example"),
            ("info", "info@a.example"),
            ("Info", "info@a.example"),
            ("noreply", "noreply@a.example"),
            ("No-Reply", "no-reply@a.example"),
            ("Support", "help@a.example"),
            ("Sales Team", "sales@a.example"),
            ("The Sales Team", "sales@a.example"),
            ("The Ashes", "x1@a.example"),
            ("Die Ashs", "x1@a.example"),
            ("Kundenservice", "post@a.example"),
            ("Équipe ACME", "x1@a.example"),
            ("Служба поддержки", "x1@a.example"),
            ("Mill House Ltd", "x1@a.example"),
            ("Stadtwerke Ulm", "x1@a.example"),
            ("University of Ulm", "x1@a.example"),
            ("Friends of Boats", "x1@a.example"),
            ("ACME", "x1@a.example"),
            ("GitHub", "x1@b.example"),
            ("Amazon", "amazon@amazon.example"),
            ("Royal Mill", "noreply@royalmill.example"),
            ("Bob & Eve", BOB),
            ("Bob and Eve Ray", BOB),
            ("Bob Ray / Eve Ash", BOB),
            ("Bob Ray, Eve Ash", BOB),
            ("Bob Ray, Berlin", BOB),
            ("Bob Ray, ACME", BOB),
            ("ACME Boats", "x1@a.example"),
            ("Dr. Ray", BOB),
            ("Mr Ray", BOB),
            ("Frau Voss", "x1@a.example"),
            ("Familie Voss", "x1@a.example"),
            ("Frau", "x1@a.example"),
            ("Dr.", "x1@a.example"),
            ("J. Ray", BOB),
            ("Ray, J.", BOB),
            ("Ray,", BOB),
            (",", BOB),
            ("de Ray", BOB),
            ("iPhone Ray", BOB),
            ("山田 太郎", "x1@a.example"),
            ("Bob\u202e Ray", BOB),
            ("Bob " * 200, BOB),
        ],
    )
    def test_what_is_nobody_or_cannot_be_told_has_none(self, name: str, email: str) -> None:
        assert given_name(name, email) == ""

    @given(st.text(max_size=60), st.text(max_size=30))
    def test_whatever_is_called_is_one_word_that_a_greeting_can_hold(
        self, name: str, email: str
    ) -> None:
        called = given_name(name, email)
        assert len(called.split()) <= 1
        assert not called or frame_of(f"Hi {called},\nYes.", frozenset()).greeting

"""A draft is signed by its author."""

from __future__ import annotations

import pytest

from panzad.mail.message import Address
from panzad.writing.signoff import Signer, own_sign_off

ANN = Signer(Address("Ann Lee", "ann.lee@example.org"))


class TestOwnSignOff:
    @pytest.mark.parametrize(
        "text",
        [
            "Yes.\n\nBest,\nTom",
            "Yes.\n\nBest regards,\nTom Ray",
            "Yes.\n\nBest,\n[Your Name]",
            "Yes.\n\nMit freundlichen Grüßen\nJohannes",
            "Yes.\n\nС уважением,\nИван Петров",
            "Yes. Cheers, Tom",
            "Yes.\n\nBen",
        ],
    )
    def test_another_name_gives_way_to_the_users(self, text: str) -> None:
        signed = own_sign_off(text, ANN, ["Ben Okri"])
        assert signed.endswith(("\nAnn", " Ann"))
        assert signed.startswith("Yes.")

    def test_what_follows_anothers_name_goes_with_it(self) -> None:
        text = "Dear Ben,\n\nYes.\n\nKind regards,\nBen Okri\n\nDear Ann,\n\nI hope so."
        assert own_sign_off(text, ANN, ["Ben Okri"]) == "Dear Ben,\n\nYes.\n\nKind regards,\nAnn"

    def test_names_that_are_listed_stay(self) -> None:
        text = "Dear Ben,\n\nWith us come:\nTom Ray\nEve Moon\n\nBest,\nAnn"
        assert own_sign_off(text, ANN, ["Ben Okri"]) == text

    @pytest.mark.parametrize(
        "text",
        [
            "Yes.\n\nBest,\nAnn",
            "Yes.\n\nBest,\nAnn Lee",
            "Yes.\n\nBest,\nA.",
            "Yes.\n\nBest,\nAL",
            "Yes.\n\nMany Thanks",
            "Yes.\n\nSee You Soon",
            "Yes.\n\nMit freundlichen Grüßen",
            "Yes, I asked Tom.",
            "Yes.",
            "Hi Ben,",
            "",
        ],
    )
    def test_what_is_no_other_name_stays(self, text: str) -> None:
        assert own_sign_off(text, ANN, ["Ben Okri"]) == text

    def test_the_user_is_called_as_in_past_mails(self) -> None:
        signer = Signer(ANN.author, ["Fine.\n\nBest,\nNinja"])
        assert own_sign_off("Yes.\n\nBest,\nTom", signer, []) == "Yes.\n\nBest,\nNinja"
        assert own_sign_off("Yes.\n\nBest,\nNinja", signer, []) == "Yes.\n\nBest,\nNinja"

    def test_a_user_without_a_name_signs_with_none(self) -> None:
        signer = Signer(Address("", "x1@example.org"))
        assert own_sign_off("Yes.\n\nBest,\nTom", signer, []) == "Yes.\n\nBest,"

    def test_a_name_that_is_turned_round_is_read(self) -> None:
        signer = Signer(Address("Lee, Ann", "al@example.org"))
        assert own_sign_off("Yes.\n\nBest,\nTom", signer, []) == "Yes.\n\nBest,\nAnn"

"""A draft is signed by its author."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.message import Address
from panzad.writing.signoff import Signer, own_sign_off

ANN = Signer(Address("Ann Lee", "ann.lee@example.org"))
PIECES = ["\n", "\n\n", " ", "- ", "Hi Ben,", "Yes.", "Best,", "Thanks!", "Ann", "John Smith"]
PIECES += ["Ben Okri", "Manager", "[Your Name]", "(no hurry)", "P.S. Bring it.", "\nbest,\nben"]


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

    @pytest.mark.parametrize(
        ("text", "signed"),
        [
            ("Best,\nJohn Smith\nManager", "Best,\nAnn"),
            ("Yes.\n\nBest,\nJohn Smith\nManager", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest,\n\nJohn Smith\nSales Manager\nACME Ltd.", "Yes.\n\nBest,\n\nAnn"),
            ("Yes.\n\nBest,\nJohn\n+44 20 7946 0000\njohn@x.example", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest,\nJohn Smith, Manager", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest,\nJohn Smith | ACME", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest,\nJohn Smith (Manager)", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest, John Smith\nManager", "Yes.\n\nBest, Ann"),
            ("Yes.\n\nBest,\n**John Smith**", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nAll the best,\nJohn Smith\nManager", "Yes.\n\nAll the best,\nAnn"),
            ("Yes.\n\nAll the best\nJohn", "Yes.\n\nAll the best\nAnn"),
            ("Yes.\n\nKind regards\n\nJohn\n\nP.S. Bring it.", None),
            (
                "Yes.\n\nP.S. Bring it.\n\nYours sincerely,\nBen Okri",
                "Yes.\n\nP.S. Bring it.\n\nYours sincerely,\nAnn",
            ),
            ("Mit freundlichen Grüßen\nMax Muster\nGeschäftsführer", None),
            ("С уважением,\nИван Петров\nДиректор", "С уважением,\nAnn"),
            ("Thanks!\n- John", "Thanks!\nAnn"),
            ("Yes.\n\nThanks!\n— John", "Yes.\n\nThanks!\nAnn"),
            ("Yes.\n- John", "Yes.\nAnn"),
            ("Yes.\n\n—John Smith", "Yes.\n\nAnn"),
            ("[Your Name]\n[Your Position]", "Ann"),
            ("Yes.\n\n[Your Name]\n[Your Position]\n[Your Company]", "Yes.\n\nAnn"),
            ("Yes.\n\nBest,\n[Your Name], [Your Position]", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest,\n**[Your Name]**", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest,\n(Your Name)", "Yes.\n\nBest,\nAnn"),
            ("Viele Grüße\n[Dein Name]\n[Deine Firma]", "Viele Grüße\nAnn"),
            ("Yes.\n\nBest,\n[Your Name]\nManager", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest,\nAnn\n[Your Position]", "Yes.\n\nBest,\nAnn"),
            ("Yes.\n\nBest,\nAnn Lee\nBen Okri", "Yes.\n\nBest,\nAnn Lee"),
            ("Yes.\n\nbest,\nben", "Yes.\n\nbest,\nAnn"),
            ("Yes.\n\nHave a great day!\nJohn", "Yes.\n\nHave a great day!\nAnn"),
            ("Ja.\n\nBis bald!\n\nMax", "Ja.\n\nBis bald!\n\nAnn"),
            ("はい。\n\nよろしくお願いします。\n田中太郎", "はい。\n\nよろしくお願いします。\nAnn"),
        ],
    )
    def test_nothing_of_an_invented_sender_is_left(self, text: str, signed: str | None) -> None:
        if signed is None:
            signed = text.replace("John", "Ann").replace("Max Muster\nGeschäftsführer", "Ann")
        found = own_sign_off(text, ANN, ["Ben Okri", "田中 太郎"])
        assert found == signed
        assert own_sign_off(found, ANN, ["Ben Okri"]) == signed

    def test_a_user_without_a_name_has_no_invented_sender_either(self) -> None:
        signer = Signer(Address("", "x1@example.org"))
        text = "Yes.\n\nBest,\nJohn Smith\nManager"
        assert own_sign_off(text, signer, []) == "Yes.\n\nBest,"
        assert own_sign_off("Yes.\n\n[Your Name]\n[Your Position]", signer, []) == "Yes."

    @given(st.lists(st.sampled_from(PIECES), max_size=14))
    def test_done_twice_it_is_as_done_once(self, pieces: list[str]) -> None:
        once = own_sign_off("".join(pieces), ANN, ["Ben Okri"])
        assert own_sign_off(once, ANN, ["Ben Okri"]) == once

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
            "Yes.\n\nSee you Thursday",
            "Yes.\n\nCheers,\nUntil Thursday",
            "Yes.\n\nBis Donnerstag",
            "Yes.\n\nLiebe Grüße,\nBis Dienstag",
            "See you Thursday, Ben",
            "I'll bring Eve, Tom",
            "Yes.\n\nThanks for asking Tom!",
            "Ja.\n\nBis bald!\nSchönes Wochenende",
            "Yes.\n\nThanks!\n\nFine\nby me",
            "Great!\n\nSo Be It",
            "はい。\n\n田中様",
            "Yes.\n\nBest,\nI asked Tom Ray",
            "Yes.\n\nBest,\nAnn\nManager",
            "Yes.\n\nBest,\nAnn Lee, Manager",
            "Yes.\n\nBest,\nAnn\n\nP.S. Tom asks for you.",
            "Yes.\n\nLove,\nTom and Ann",
            "Yes.\n\nLove,\nTom\nAnn",
            "Hi Ben,\n\nFine",
            "Hi Ben,\n\nDone\n\nBest,\nAnn",
            "Hi all,\n\nBen Okri\nEve Moon\n\nare coming.\n\nBest,\nAnn",
            "Yes.\n\n(no hurry)",
            "Yes.\n\n<https://a.example/x>",
            "Please bring:\n- Milk\n- Bread",
            "Please bring\n- Bread",
            "Thanks!\n- Milk\n- Bread",
            "With us come:\n\nTom Ray\nEve Moon",
            "Yes.\n\nThanks!\n\nThe boat is here.\nTom has the keys.",
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

"""Own words apart from quotes and from what stands under every mail: between the layouts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panzad.mail.extract import extract
from tests.mail.builder import mail


def test_a_short_answer_is_all_kept() -> None:
    assert extract(mail("Yes, that works.")).own_text == "Yes, that works."


def test_the_sign_off_is_style_and_stays() -> None:
    assert extract(mail("Yes.\n\nBest,\nAnn\n")).own_text == "Yes.\n\nBest,\nAnn"


def test_a_line_that_mbox_writers_escaped_stands_as_the_user_wrote_it() -> None:
    assert extract(mail("Fine.\n\n>From Monday on I am away.\n")).own_text == (
        "Fine.\n\nFrom Monday on I am away."
    )


def test_a_line_escaped_at_every_copy_of_an_mbox_stands_as_the_user_wrote_it() -> None:
    assert extract(mail("Fine.\n\n>>>From what I hear\nit is.\n")).own_text == (
        "Fine.\n\nFrom what I hear\nit is."
    )


def test_a_line_escaped_inside_a_quote_stands_as_the_quoted_author_wrote_it() -> None:
    found = extract(mail("Ben wrote:\n> Fine.\n>\n>>From Monday on\n>\n> I am away.\n\nOk.\n"))

    assert [quote.text for quote in found.quotes] == ["Fine.\n\nFrom Monday on\n\nI am away."]


def test_a_line_with_from_beside_quoted_lines_is_quoted() -> None:
    found = extract(mail("Ben wrote:\n>Fine.\n>From Monday on\n>I am away.\n\nOk.\n"))

    assert (found.own_text, found.quotes[0].text) == ("Ok.", "Fine.\nFrom Monday on\nI am away.")


def test_an_attribution_and_the_first_quoted_line_may_stand_in_one() -> None:
    found = extract(
        mail("Yes.\n\nOn 1 May 2026 at 10:00, Ben Okri <b@c.d> wrote: > Shall we?\n> At ten?\n")
    )

    assert found.own_text == "Yes."
    assert (found.quotes[0].author, found.quotes[0].text) == (
        "Ben Okri <b@c.d>",
        "Shall we?\nAt ten?",
    )


def test_an_unmarked_quote_may_begin_behind_its_attribution() -> None:
    found = extract(
        mail("Yes.\n\n  On Thu, Nov 12, 2026 at 17:01, Ben<b@c.d> wrote:   Shall we?\n\nBen\n")
    )

    assert found.own_text == "Yes."
    assert (found.quotes[0].author, found.quotes[0].text) == ("Ben <b@c.d>", "Shall we?\n\nBen")


def test_text_behind_a_colon_and_two_blanks_is_the_users() -> None:
    text = "As Ben wrote:  paint first.\nBen wrote:  paint first.\nTo do:  buy paint."

    assert extract(mail(text)).own_text == text


def test_a_comparison_behind_a_colon_is_the_users() -> None:
    assert extract(mail("As Ben wrote: > 10 is fine.\n")).own_text == "As Ben wrote: > 10 is fine."


def test_a_comment_below_a_forward_with_a_quoted_header_is_the_users() -> None:
    head = "> From: Cy <cy@example.com>\n> Date: 12 Nov 2026\n> Subject: Offer\n>\n"
    found = extract(mail(f"Begin forwarded message:\n\n{head}> We offer 100.\n\nShall we?\n"))

    assert (found.own_text, found.layout) == ("Shall we?", "forward")
    assert [(quote.author, quote.text) for quote in found.quotes] == [
        ("Cy <cy@example.com>", "We offer 100.")
    ]


def test_all_below_the_bare_header_of_a_forward_is_the_others() -> None:
    head = "From: Cy <cy@example.com>\nDate: 12 Nov 2026\nSubject: Offer\n\n"
    found = extract(mail(f"---- Forwarded message ----\n{head}> How many?\n\nWe offer 100.\n"))

    assert found.own_text == ""
    assert found.quotes[0].text == "We offer 100."


def test_a_name_and_the_verb_without_a_colon_introduce_a_quote() -> None:
    found = extract(mail("Ben Okri wrote\n> ok?\n\nYes.\n"))

    assert (found.own_text, found.quotes[0].author) == ("Yes.", "Ben Okri")


def test_a_sentence_that_ends_with_the_verb_stays() -> None:
    assert extract(mail("I liked what you wrote\n> ok?\n")).own_text == "I liked what you wrote"


def test_lines_behind_a_mark_of_the_quoted_authors_own_are_his() -> None:
    found = extract(mail("On 1 May 2026, Ben Okri wrote:\n\n--]one\n--]two\n\nYes.\n"))

    assert (found.own_text, found.quotes[0].text) == ("Yes.", "one\ntwo")


def test_a_list_under_a_sentence_with_the_verb_stays() -> None:
    text = "On 1 May 2026, Ben Okri wrote:\n\n- one\n- two\n\nYes."

    assert "Yes." in extract(mail(text)).own_text


def test_file_names_below_the_quote_are_nobodys_words() -> None:
    found = extract(mail("Yes.\n\nBen wrote:\n> ok?\n\n - plan.doc\n - boat.jpg\n"))

    assert (found.own_text, found.unquoted) == ("Yes.", "Yes.")


def test_the_lists_page_below_the_quote_is_nobodys_words() -> None:
    found = extract(
        mail("Yes.\n\nBen wrote:\n> ok?\n\nhttp://lists.example.org/mailman/listinfo/boats\n")
    )

    assert (found.own_text, found.unquoted) == ("Yes.", "Yes.")


def test_a_postscript_above_the_lists_page_is_the_users() -> None:
    text = "Yes.\n\nPS: bring paint.\nhttp://lists.example.org/mailman/listinfo/boats\n"

    assert extract(mail(text)).own_text == "Yes.\n\nPS: bring paint."


def test_a_colon_and_the_verb_alone_do_not_begin_a_quote() -> None:
    text = "As Ann wrote:\n\nwe should paint.\n\nI agree."

    assert extract(mail(text)).own_text == text


def test_an_itinerary_is_no_header_block() -> None:
    text = "Your train:\n\nFrom: Bath\nTo: Bristol\nDate: 12 May 2026\n\nSee you there."

    assert extract(mail(text)).own_text == text


def test_dashes_in_the_users_text_are_no_separator() -> None:
    text = "Two points.\n\n----- First -----\n\nPaint.\n\n==========\n\nRope."

    assert extract(mail(text)).own_text == text


def test_answers_to_two_people_give_two_quotes() -> None:
    found = extract(
        mail(
            "Ann <ann@example.org> wrote:\n> one?\n\nYes.\n\n"
            "Ben <ben@example.net> wrote:\n> two?\n\nNo.\n"
        )
    )

    assert found.own_text == "Yes.\n\nNo."
    assert [(quote.author, quote.text) for quote in found.quotes] == [
        ("Ann <ann@example.org>", "one?"),
        ("Ben <ben@example.net>", "two?"),
    ]
    assert found.layout == "interleaved"


def test_initials_before_the_angle_are_a_quote() -> None:
    found = extract(
        mail('>>>>> "E" == Eve Day <eve@example.org> writes:\n\n    E> one\n    E> two\n\nYes.\n')
    )

    assert found.own_text == "Yes."
    assert found.quotes[0].author == "Eve Day <eve@example.org>"


def test_an_advertisement_below_the_quote_is_nobodys_words() -> None:
    found = extract(
        mail(
            "Yes.\n\nBen wrote:\n> ok?\n\n__________________\nDo You Yahoo!?\nhttp://mail.yahoo.example\n"
        )
    )

    assert found.unquoted == "Yes."
    assert "Yahoo" in found.footer


def test_a_signature_above_the_quote_is_taken_off_too() -> None:
    found = extract(
        mail("Yes.\n\n-- \nAnn Lee\n\nOn 1 May 2026 at 10:00, Ben <b@c.d> wrote:\n> ok?\n")
    )

    assert (found.own_text, found.signature) == ("Yes.", "Ann Lee")


def test_a_clear_signed_text_is_read_without_its_armour() -> None:
    found = extract(
        mail(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nYes.\n\n- -- \nAnn\n"
            "-----BEGIN PGP SIGNATURE-----\n\niQEzBAEB\n-----END PGP SIGNATURE-----\n"
        )
    )

    assert (found.own_text, found.signature) == ("Yes.", "Ann")


def test_unquoted_keeps_signature_and_footer() -> None:
    found = extract(mail("Yes.\n\n-- \nAnn Lee\n"))

    assert found.unquoted == "Yes.\n\n-- \nAnn Lee"


WORDS = st.lists(
    st.sampled_from(["boat", "paint", "Saturday", "the", "brush", "harbour", "is", "cold"]),
    min_size=1,
    max_size=12,
).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=4), st.lists(WORDS, min_size=1, max_size=4))
def test_own_paragraphs_survive_and_quoted_ones_do_not(own: list[str], quoted: list[str]) -> None:
    quote = "\n".join(f"> QUOTED {line}" for line in quoted)
    text = "\n\n".join(own)

    top = extract(mail(f"{text}\n\nOn 1 May 2026 at 10:00, Ben <b@c.d> wrote:\n{quote}\n"))
    bottom = extract(mail(f"On 1 May 2026 at 10:00, Ben <b@c.d> wrote:\n{quote}\n\n{text}\n"))

    assert top.own_text == bottom.own_text == text
    assert (top.layout, bottom.layout) == ("top", "bottom")
    assert top.quotes == bottom.quotes


def test_a_clear_signed_answer_below_its_quote_is_the_authors_text_alone() -> None:
    text = """\
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

On 12 Nov 2026, Ben <ben@example.net> wrote:
> Shall we?

- - Too cold.
-----BEGIN PGP SIGNATURE-----

abcd
-----END PGP SIGNATURE-----
"""

    found = extract(mail(text))

    assert found.own_text == "- Too cold."
    assert found.quotes[0].text == "Shall we?"
    assert "abcd" in found.footer


def test_an_own_public_key_is_a_footer() -> None:
    key = (
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----"
    )

    found = extract(mail(f"My key.\n\nAnn\n\n{key}\n"))

    assert (found.own_text, found.footer) == ("My key.\n\nAnn", key)


SCANNED = "Libre de virus. www.avast.com\n<https://www.avast.com/sig>"


def test_a_scanners_line_below_the_quote_is_nobodys_part() -> None:
    found = extract(mail(f"Sí.\n\nBen wrote:\n> ¿Pintamos?\n\n{SCANNED}\n"))

    assert (found.own_text, found.unquoted, found.footer) == ("Sí.", "Sí.", SCANNED)


def test_an_answer_below_the_quote_that_speaks_of_scanners_and_lists_is_the_authors() -> None:
    answers = ["Avast, of course.", "Go to https://lists.example.org and unsubscribe there."]
    for answer in answers:
        found = extract(mail(f"Hi,\n\nBen wrote:\n> Which? How?\n\n{answer}\n"))

        assert found.own_text == f"Hi,\n\n{answer}"

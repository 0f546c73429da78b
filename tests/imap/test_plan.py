"""The sync planner against a model of a folder: whatever happens, the ledger ends up right."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from panzad.imap.plan import (
    UIDS_PER_SEARCH,
    Compare,
    FetchNew,
    Known,
    Nothing,
    Rematch,
    after_new,
    compare,
    finished,
    plan,
    probes,
    ranges,
    rematch,
)
from tests.imap.ledger import NEVER_SYNCED


@dataclass(frozen=True)
class Folder:
    """What SELECT says of a folder with these UIDs."""

    uids: frozenset[int]
    uidvalidity: int = 7
    uidnext: int | None = 1
    highestmodseq: int | None = None

    @property
    def exists(self) -> int:
        return len(self.uids)


def synced(known: Known, folder: Folder) -> tuple[Known, int]:
    """The ledger after a sync of the same UIDVALIDITY, and how many mails were fetched."""
    new: list[int] = []
    gone: tuple[int, ...] = ()
    action = plan(known, folder)
    if isinstance(action, FetchNew):
        new = sorted(uid for uid in folder.uids - known.uids if uid >= action.from_uid)
        action = after_new(known, folder, new)
    if isinstance(action, Compare):
        difference = compare(known, folder.uids)
        new, gone = list(difference.missing), difference.vanished
    cursor = finished(known, folder, new)
    uids = (known.uids - frozenset(gone)) | frozenset(new)
    return Known(cursor.uidvalidity, cursor.last_uid, cursor.highestmodseq, uids), len(new)


class TestPlan:
    def known(self, *uids: int, last_uid: int = 0) -> Known:
        return Known(7, max([last_uid, *uids]), None, frozenset(uids))

    def test_a_folder_never_synced_is_fetched_whole(self) -> None:
        assert plan(NEVER_SYNCED, Folder(frozenset({3}), uidnext=4)) == FetchNew(1)

    def test_another_uidvalidity_means_other_mails(self) -> None:
        assert plan(self.known(1), Folder(frozenset({1}), 8, 2)) == Rematch()

    def test_the_same_numbers_mean_nothing_to_do(self) -> None:
        assert plan(self.known(1, 2), Folder(frozenset({1, 2}), 7, 3)) == Nothing()

    def test_fewer_mails_mean_that_some_vanished(self) -> None:
        assert plan(self.known(1, 2), Folder(frozenset({2}), 7, 3)) == Compare()

    def test_a_higher_uidnext_means_new_mail(self) -> None:
        assert plan(self.known(1, 2), Folder(frozenset({1, 2, 5}), 7, 6)) == FetchNew(3)

    def test_a_uidnext_that_went_down_is_not_trusted(self) -> None:
        assert plan(self.known(8, 9), Folder(frozenset({3, 4}), 7, 5)) == Compare()

    def test_without_uidnext_new_mail_is_looked_for(self) -> None:
        assert plan(self.known(1, 2), Folder(frozenset({1, 2}), 7, None)) == FetchNew(3)

    def test_without_uidnext_an_unchanged_highestmodseq_saves_the_look(self) -> None:
        known = replace(self.known(1, 2), highestmodseq=40)
        assert plan(known, Folder(frozenset({1, 2}), 7, None, 40)) == Nothing()
        assert plan(known, Folder(frozenset({2}), 7, None, 40)) == Compare()


@st.composite
def histories(draw: st.DrawFn) -> list[Folder]:
    """A folder over time: mails come with rising UIDs and go; UIDNEXT may be missing or lag."""
    uids: set[int] = set()
    next_uid = 1
    with_uidnext = draw(st.booleans())
    states: list[Folder] = []
    for _ in range(draw(st.integers(1, 6))):
        for _ in range(draw(st.integers(0, 4))):
            next_uid += draw(st.integers(0, 3))
            uids.add(next_uid)
            next_uid += 1
        if uids:
            uids -= draw(st.sets(st.sampled_from(sorted(uids)), max_size=3))
        states.append(Folder(frozenset(uids), 7, next_uid if with_uidnext else None))
    return states


class TestAnyHistory:
    @given(histories())
    def test_the_ledger_always_equals_the_folder(self, states: list[Folder]) -> None:
        known = NEVER_SYNCED
        for folder in states:
            known, _ = synced(known, folder)
            assert known.uids == folder.uids

    @given(histories())
    def test_a_second_sync_fetches_nothing(self, states: list[Folder]) -> None:
        known = NEVER_SYNCED
        for folder in states:
            known, _ = synced(known, folder)
            again, fetched = synced(known, folder)
            assert (again, fetched) == (known, 0)

    @given(histories(), st.data())
    def test_cut_off_anywhere_it_catches_up(
        self, states: list[Folder], data: st.DataObject
    ) -> None:
        known = NEVER_SYNCED
        for folder in states:
            whole, _ = synced(known, folder)
            new = sorted(whole.uids - known.uids)
            taken = new[: data.draw(st.integers(0, len(new)))]
            if taken:
                last = max(known.last_uid, taken[-1])
                known = Known(7, last, None, known.uids | frozenset(taken))
            known, fetched = synced(known, folder)
            assert known.uids == folder.uids
            assert fetched == len(new) - len(taken)

    @given(histories(), st.frozensets(st.integers(1, 30)))
    def test_uids_that_start_again_below_are_not_lost(
        self, states: list[Folder], lower: frozenset[int]
    ) -> None:
        known = NEVER_SYNCED
        for folder in states:
            known, _ = synced(known, folder)
        fallen = Folder(lower, 7, max(lower, default=0) + 1)
        if fallen.uidnext is not None and fallen.uidnext <= known.last_uid:
            known, _ = synced(known, fallen)
            assert known.uids == lower


class TestRematch:
    def test_copies_of_one_mail_are_matched_in_order_each_once(self) -> None:
        ours = {1: "<a>", 2: "<b>", 3: "<a>", 4: "<a>"}
        theirs = {11: "<a>", 12: None, 13: "<a>", 14: "<c>"}
        assert rematch(ours, theirs) == {1: 11, 3: 13}

    @given(
        st.dictionaries(st.integers(1, 40), st.sampled_from("abcdef")),
        st.dictionaries(st.integers(1, 40), st.none() | st.sampled_from("abcdef")),
    )
    def test_every_match_is_one_to_one_and_of_the_same_mail(
        self, ours: dict[int, str], theirs: dict[int, str | None]
    ) -> None:
        matches = rematch(ours, theirs)
        assert len(set(matches.values())) == len(matches)
        for old, new in matches.items():
            assert ours[old] == theirs[new]
        for letter in "abcdef":
            pairs = sum(ours[old] == letter for old in matches)
            assert pairs == min(
                list(ours.values()).count(letter), list(theirs.values()).count(letter)
            )


class TestRanges:
    @given(
        st.frozensets(st.integers(1, 300), min_size=1),
        st.integers(1, 300),
        st.frozensets(st.integers(1, 320)),
        st.booleans(),
    )
    def test_they_cover_every_uid_once(
        self, uids: frozenset[int], first: int, cuts: frozenset[int], with_end: bool
    ) -> None:
        last = 301 if with_end else None
        listed: list[int] = []
        for one in ranges(first, last, cuts):
            start, end = one.split(":")
            stop = 10**9 if end == "*" else int(end)
            listed += [uid for uid in sorted(uids) if int(start) <= uid <= stop]
        assert listed == [uid for uid in sorted(uids) if uid >= first]

    def test_a_folder_is_cut_only_when_one_answer_cannot_hold_it(self) -> None:
        assert probes(UIDS_PER_SEARCH) == ()
        assert probes(UIDS_PER_SEARCH * 2 + 1) == (UIDS_PER_SEARCH, UIDS_PER_SEARCH * 2)

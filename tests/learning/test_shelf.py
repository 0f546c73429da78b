"""Which adapters go when they take too much room."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panzad.config import Paths
from panzad.learning.shelf import Shelved, shelved, tidy, to_remove
from panzad.store import adapters
from panzad.store.database import Database

ADAPTERS = st.lists(
    st.builds(Shelved, st.uuids().map(str), st.integers(0, 100), st.booleans()), max_size=8
)


class TestToRemove:
    @pytest.mark.parametrize(
        ("limit", "gone"), [(40, []), (39, ["a"]), (21, ["a"]), (20, ["a"]), (5, ["a", "c"])]
    )
    def test_the_oldest_that_is_not_needed_goes_first(self, limit: int, gone: list[str]) -> None:
        newest_first = [
            Shelved("d", 10, True),
            Shelved("c", 5, False),
            Shelved("b", 5, True),
            Shelved("a", 20, False),
        ]
        assert to_remove(newest_first, limit) == gone

    @given(ADAPTERS, st.integers(0, 300))
    def test_what_is_needed_stays_and_the_rest_fits(
        self, newest_first: list[Shelved], limit: int
    ) -> None:
        gone = set(to_remove(newest_first, limit))
        stay = [one for one in newest_first if one.id not in gone]
        assert all(one in stay for one in newest_first if one.needed)
        fits = sum(one.size for one in stay) <= limit
        assert fits or all(one.needed for one in stay)


class TestTidy:
    def test_files_and_rows_of_the_oldest_go_but_what_can_be_rolled_back_to(
        self, tmp_path: Path
    ) -> None:
        paths = Paths(tmp_path / "config.toml", tmp_path, tmp_path)
        db = Database(paths.database)
        for name in ("first", "second", "third"):
            (paths.adapters / name).mkdir(parents=True)
            (paths.adapters / name / "merged-1.gguf").write_bytes(b"0" * 1000)
            with db.transaction() as tx:
                adapters.begin(tx, name, "base", {}, 1, 1)
                adapters.finish(tx, name, {}, "", True)
        assert [one.needed for one in shelved(db, paths)] == [True, True, False]
        assert tidy(db, paths, 2999) == ["first"]
        assert tidy(db, paths, 0) == []
        assert [one.id for one in adapters.listed(db)] == ["third", "second"]
        assert sorted(path.name for path in paths.adapters.iterdir()) == ["second", "third"]
        db.close()

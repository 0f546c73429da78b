"""Which adapter directories stay."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from panzad.training import manifest
from panzad.training.adapters import AdapterDirectory, leftovers, listed, prune, remove


def finished(adapters: Path, name: str) -> Path:
    directory = adapters / name
    directory.mkdir(parents=True)
    (directory / "weights").write_bytes(b"0123456789")
    manifest.write(directory, {"id": name}, ("weights",))
    return directory


def cut_off(adapters: Path, name: str) -> Path:
    directory = adapters / name
    directory.mkdir(parents=True)
    (directory / "checkpoint.pt").write_bytes(b"0123456789")
    return directory


class TestPrune:
    def test_the_runs_that_nobody_will_go_on_with_are_removed(self, adapters: Path) -> None:
        finished(adapters, "20260501")
        cut_off(adapters, "20260502")
        cut_off(adapters, "20260503")
        assert prune(adapters, under_way="20260503") == ["20260502"]
        assert [(one.id, one.finished) for one in listed(adapters)] == [
            ("20260501", True),
            ("20260503", False),
        ]

    def test_a_removal_that_was_killed_is_completed(self, adapters: Path) -> None:
        finished(adapters, "20260501").rename(adapters / ".removed.20260501")
        assert prune(adapters, under_way=None) == [".removed.20260501"]
        assert list(adapters.iterdir()) == []

    def test_without_adapters_there_is_nothing_to_do(self, adapters: Path) -> None:
        assert prune(adapters, under_way=None) == []

    @given(
        st.lists(
            st.builds(AdapterDirectory, st.sampled_from("abc"), st.just(Path()), st.booleans())
        )
    )
    def test_neither_a_finished_adapter_nor_the_run_under_way_is_a_leftover(
        self, directories: list[AdapterDirectory]
    ) -> None:
        kept = [one for one in directories if one.finished or one.id == "a"]
        assert len(leftovers(directories, "a")) == len(directories) - len(kept)


class TestRemove:
    def test_the_adapter_and_its_files_are_gone(self, adapters: Path) -> None:
        remove(finished(adapters, "20260501"))
        assert list(adapters.iterdir()) == []

    def test_removing_it_again_is_no_error(self, adapters: Path) -> None:
        remove(adapters / "20260501")
        assert not adapters.exists()

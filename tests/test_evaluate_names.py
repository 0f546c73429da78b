"""What the people whose folders `panzad evaluate --data` names are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from panzad.cli.evaluate import names_of


@pytest.mark.parametrize(
    ("folders", "names"),
    [
        ([], []),
        (["/a/one", "/a/two"], ["one", "two"]),
        (["/a/state", "/b/state", "/b/two"], ["a/state", "b/state", "two"]),
        (["/x/a/state", "/y/a/state", "/y/b/state"], ["x/a/state", "y/a/state", "b/state"]),
        (["/state", "/a/state"], ["/state", "a/state"]),
        (["/a/you"], ["a/you"]),
        (["/a/state", "/b/a/state"], ["/a/state", "b/a/state"]),
    ],
)
def test_a_folder_is_called_by_the_end_of_its_path_that_no_other_has(
    folders: list[str], names: list[str]
) -> None:
    assert names_of([Path(one) for one in folders]) == names

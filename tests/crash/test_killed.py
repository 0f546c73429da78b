"""Every life is killed at every durable step, and comes to the end of the undisturbed one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType

import pytest

from panzad.engines.catalogue import ModelFiles
from tests.crash import forgotten, learnt, marked, points, saved, synced, trained
from tests.crash.lives import Undisturbed, lived
from tests.crash.same import differences
from tests.crash.world import World
from tests.engines.shallow import write_first_layers
from tests.servers.dovecot import DovecotServer
from tests.training.tiny import write_model

pytestmark = pytest.mark.long

# By the headings of the table of points: a point is tried where its own work is done.
LIVES: dict[str, ModuleType] = {
    "Sync": synced,
    "Playback and index": learnt,
    "Training and promotion": trained,
    "Marks and drafts": marked,
    "Forgetting": forgotten,
    "Backup and restore": saved,
}
TRIED = [name for name, point in points.told().items() if point.area in LIVES]
Live = Callable[[str], list[Undisturbed]]


@pytest.fixture(scope="module")
def undisturbed(
    dovecot: DovecotServer, base_gguf: ModelFiles, tmp_path_factory: pytest.TempPathFactory
) -> Live:
    """The stages of an area's life, lived once."""
    root = tmp_path_factory.mktemp("worlds")

    @cache
    def live(area: str) -> list[Undisturbed]:
        life, base = LIVES[area], root / f"{area}.gguf"
        settings = getattr(life, "SETTINGS", "")
        if area == "Training and promotion":
            write_model("llama", base_gguf.path, base)
        elif settings:
            write_first_layers(base_gguf.path, base, 2)
        return lived(World.new(dovecot, root, settings.format(base=base)), life.STAGES)

    return live


@pytest.mark.parametrize("area", LIVES)
def test_a_life_makes_no_step_that_has_no_name(area: str, undisturbed: Live) -> None:
    passed = {moment.place for stage in undisturbed(area) for moment in stage.moments}
    assert {one for one in passed if not points.is_elsewhere(one)} <= set(points.told())


@pytest.mark.parametrize("point", TRIED)
def test_killed_there_it_comes_to_the_same_end(point: str, undisturbed: Live) -> None:
    stages = undisturbed(points.told()[point].area)
    kills = [(stage, one) for stage in stages for one in stage.kills(point)]
    assert kills, "no life passes it"
    for stage, kill in kills:
        found = differences(stage.end, stage.killed(kill))
        assert not found, f"{kill}\n" + "\n".join(found)

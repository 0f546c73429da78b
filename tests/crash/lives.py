"""What happens to a mailbox and a state folder, stage by stage; each stage is one command.

A life is lived undisturbed once. Of each of its stages the world before it, the durable steps that
it passed, and how it ended are kept: that is what a killed run is held against.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.crash.hooks import Kill
from tests.crash.same import end_of
from tests.crash.world import World

Change = Callable[[World], World]


def nothing(world: World) -> World:
    """The user leaves everything as it is."""
    return world


@dataclass(frozen=True, slots=True)
class Stage:
    """What the user does, and the command after it with its exit status.

    `again` says what is run after a kill, where that may be another command; it may end with
    `again_status` too, where it finds its work done. `constants` make the command's work small, or
    are a defect that it meets. `heavy` commands load a model; `stop` says where a daemon has done
    enough. `only` names the places that the stage is killed at, where that is not all.
    """

    command: Sequence[str]
    before: Change = nothing
    status: int = 0
    again: Callable[[World], Sequence[str]] | None = None
    again_status: int | None = None
    constants: Mapping[str, object] = field(default_factory=dict[str, object])
    heavy: bool = False
    stop: str = ""
    only: Collection[str] = ()

    @property
    def options(self) -> dict[str, Any]:
        return {"constants": self.constants, "heavy": self.heavy, "stop": self.stop}


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A stage that came to its end: the world before it, its durable steps, and its end."""

    stage: Stage
    world: World
    moments: tuple[Kill, ...]
    end: dict[str, Any]

    def kills(self, place: str) -> list[Kill]:
        """The moments of a place at which the stage is killed."""
        if self.stage.only and place not in self.stage.only:
            return []
        return [one for one in self.moments if one.place == place]

    def killed(self, kill: Kill) -> dict[str, Any]:
        """How the same stage ends that is killed there and run again."""
        world, stage = self.world.copy(), self.stage
        world.run(stage.command, {-signal.SIGKILL}, kill, **stage.options)
        expected = {
            stage.status,
            stage.status if stage.again_status is None else stage.again_status,
        }
        again = stage.again(world) if stage.again else stage.command
        world.run(again, expected, **stage.options)
        end = end_of(world)
        world.gone()
        return end


def lived(world: World, stages: Sequence[Stage]) -> list[Undisturbed]:
    """Live a life, without being killed."""
    past: list[Undisturbed] = []
    for stage in stages:
        world = stage.before(world)
        start = world.copy()
        passed = world.run(stage.command, {stage.status}, **stage.options)
        past.append(Undisturbed(stage, start, tuple(passed), end_of(world)))
    return past

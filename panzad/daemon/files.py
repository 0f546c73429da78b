"""Notices changes of the config file and of the bell, through watchdog."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer


class FileWatch:
    """Calls back, from a thread of its own, when one of some files changes."""

    def __init__(self, callbacks: dict[Path, Callable[[], None]]) -> None:
        # Editors replace files: the folder is watched, the name compared.
        self._observer = Observer()
        for folder in {path.parent for path in callbacks}:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            named = {path.name: call for path, call in callbacks.items() if path.parent == folder}
            self._observer.schedule(_Named(named), str(folder))

    def start(self) -> None:
        """Begin to watch."""
        self._observer.start()

    def stop(self) -> None:
        """Stop watching."""
        self._observer.stop()


class _Named(FileSystemEventHandler):
    def __init__(self, callbacks: dict[str, Callable[[], None]]) -> None:
        self._callbacks = callbacks

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in ("created", "modified", "moved", "closed"):
            return
        for path in (event.src_path, event.dest_path):
            callback = self._callbacks.get(Path(str(path)).name) if path else None
            if callback is not None:
                callback()
                return

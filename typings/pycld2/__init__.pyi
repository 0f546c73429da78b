"""The part of pycld2 that panzad uses (it ships no types)."""

class error(Exception): ...

def detect(
    utf8Bytes: str | bytes,
    isPlainText: bool = ...,
    hintTopLevelDomain: str = ...,
    hintLanguage: str = ...,
    bestEffort: bool = ...,
) -> tuple[bool, int, tuple[tuple[str, str, int, float], ...]]: ...

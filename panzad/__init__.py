"""panzad drafts mail in its user's own style, from past mail, on the user's own machine."""

import sys

# structlog draws tracebacks with rich where it finds it: 4 MB in a daemon that draws none.
if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # pyright: ignore[reportArgumentType]
    try:
        import structlog  # noqa: F401
    finally:
        del sys.modules["rich"]

__version__ = "0.1.0"

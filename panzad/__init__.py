"""panzad drafts mail in its user's own style, from past mail, on the user's own machine."""

__version__ = "0.1.0"

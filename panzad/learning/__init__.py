"""The life of a sent mail: synced → own words → playback pair → embedding → training sample."""

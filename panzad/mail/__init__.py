"""Mail as pure functions of bytes and values: no I/O, no clock, no configuration."""

"""SQLite, the only truth: schema, and one module per aggregate. Nobody else writes SQL."""

"""The real IMAP servers that tests, benchmarks and demos run against."""

"""Benchmarks on real mail; results stand in RESULTS.md with the commands that give them."""

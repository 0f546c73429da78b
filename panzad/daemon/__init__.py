"""The daemon: supervises accounts, the schedule and the child processes; never loads a model."""

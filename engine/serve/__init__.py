"""The engine's own process: its server, jobs, workers and outbox."""

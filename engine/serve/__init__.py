"""The engine process of the studio: server, scheduler, compute and export threads, outbox."""

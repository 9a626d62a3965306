"""What happens between the pen and the engine: QObject and asyncio, no widgets."""

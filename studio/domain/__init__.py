"""The document, its history and the painting tools: numpy only, no Qt."""

"""The tools as they work on document pixels. None of them knows what is written where it goes: that is the ink."""

"""Ending well: the closing plan, feelings before and after, check-ins, feedback."""

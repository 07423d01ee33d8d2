"""Noticing risk in words: phrases, context, weak signs that add up, and the merge with the model. Pure."""

"""The whole service on a record and a clock of its own, to try words and play conversations that were written down as tests."""

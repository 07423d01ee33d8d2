"""The whole of the content as a list, and one file of it."""

"""Back-ups of the whole record: sealed, checked when they are made, and restored without bringing back what was erased since."""

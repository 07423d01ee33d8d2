"""The youth panel: rounds of drafts that a group of young people reads, without accounts, and signs off."""

"""The editor's desk: the library, drafts, and their way from a changed sentence to words in force."""

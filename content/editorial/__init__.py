"""Loading, checking and showing the words: the code beside the content."""

"""Risk phrases as a list: the form of one phrase, what it finds as it is typed, and putting it back into its file."""

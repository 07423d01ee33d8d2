"""Training messages on the desk: the list of a file, adding, changing and taking out one of them."""

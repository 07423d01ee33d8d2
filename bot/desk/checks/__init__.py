"""What a changed file has to pass before it is published: the written conversations, and what the phrases notice."""

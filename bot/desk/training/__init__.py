"""Training the intent service with the messages that are published: started on the desk, done by a process of its own."""

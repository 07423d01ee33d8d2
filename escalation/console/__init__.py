"""The staff web app: sign-in, queue, conversations, flags, rota and accounts."""

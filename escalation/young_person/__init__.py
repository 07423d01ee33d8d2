"""What a young person asks of the service about themselves: their own view, a copy, a call back, a concern about staff."""

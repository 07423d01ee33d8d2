"""How long things are kept: the organisation's periods, what is over, and how it is destroyed."""

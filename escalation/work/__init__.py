"""What staff record on a case, and what the organisation asks of them."""

"""From the offer of an adult to what comes after them."""

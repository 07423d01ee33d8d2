"""What the events of the dialogue do to the record."""

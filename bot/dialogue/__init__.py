"""The dialogue: `decide()` looks at one turn and says what happens. Pure: no clock, no database, no network."""

"""Public benchmarks of intent recognition, by the same steps that make our own model. Never part of the tests."""

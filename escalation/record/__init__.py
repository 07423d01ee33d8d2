"""The record: every table, its encryption, its one engine and its transactions."""

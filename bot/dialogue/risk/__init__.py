"""What is decided first, always: a sign of harm, a life at risk, duties that age and law bring."""

"""What belongs to the young person alone: their view, their pause, their code word, their plan, their complaint."""

"""A class: reads what was handed in, grades all of it, and writes marks and feedback."""

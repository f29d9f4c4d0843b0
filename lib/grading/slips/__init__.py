"""Slips of code that people make anywhere: tried on a submission that fails, and where no known mistake fits whole."""

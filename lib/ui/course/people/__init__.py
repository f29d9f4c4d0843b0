"""The parts of the page that says who is in a course."""

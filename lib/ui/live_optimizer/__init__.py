"""The parts of the page on what an optimizer object is."""

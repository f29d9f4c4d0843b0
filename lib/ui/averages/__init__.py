"""The views of the page on averages and momentum."""

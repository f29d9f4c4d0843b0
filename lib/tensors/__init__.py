"""An array as text, as a file, and beside another; knows no lesson."""

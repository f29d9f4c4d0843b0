"""The pages of a class. There are none unless `hosting = "class"` is set."""

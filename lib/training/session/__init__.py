"""A live optimizer object, and what happens to it action by action."""

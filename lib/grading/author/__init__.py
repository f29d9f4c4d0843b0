"""For whoever writes exercises: checks them, and makes new ones."""

"""What the pages of a class share. Nothing of lib.store and lib.course is imported before a page is drawn."""

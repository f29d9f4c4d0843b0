"""Parts of the home page: first steps, the path as a map, the doors."""

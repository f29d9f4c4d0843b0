"""One file per step; each says which one it follows."""

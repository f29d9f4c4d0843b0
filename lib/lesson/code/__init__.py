"""A run as a program to take away."""

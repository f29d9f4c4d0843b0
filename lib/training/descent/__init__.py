"""Gradient descent on a parabola, exponential averages, and slopes in two dimensions."""

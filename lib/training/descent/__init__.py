"""Gradient descent in one dimension, and averages."""

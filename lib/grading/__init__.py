"""Runs learners' code and grades it.

Kept free of imports: the worker that runs the code loads this package too, and must not hold torch.
"""

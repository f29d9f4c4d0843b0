"""The learner's process.

It imports nothing of the app but `lib.sandbox`, and no torch: there must be nothing in it to steal.
"""

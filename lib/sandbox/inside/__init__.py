"""The learner's process.

It imports nothing of the app but `lib.sandbox`, and no torch, so that there is nothing in it to steal.
"""

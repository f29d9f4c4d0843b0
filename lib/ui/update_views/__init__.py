"""The views below an optimizer's first screen, each computed only when it is open."""

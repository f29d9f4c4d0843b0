"""What the pages of "Training step by step" compute."""

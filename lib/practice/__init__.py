"""What a learner does beyond the single working: the path, progress, questions, what comes back and when."""

"""What the guide pages know: causes of a sick loss, what to choose for a task, and the source article's claims."""

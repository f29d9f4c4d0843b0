"""Where and how the app is served: Community Cloud, a container, and what gets installed."""

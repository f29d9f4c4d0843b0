"""The views of the page on gradient descent."""

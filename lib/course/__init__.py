"""A class: who may do what, from the roster to the marks that leave. Every action takes the acting person."""

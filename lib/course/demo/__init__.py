"""A made-up class to try before you trust it: its own database, and a provider that signs in anyone as anyone."""

"""Steps that several lessons share, each beside its mistakes, symbols and shapes."""

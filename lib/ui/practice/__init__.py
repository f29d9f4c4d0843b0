"""Questions to practise by, drawn: choices, each of which is answered; a working with a slip; a short calculation."""

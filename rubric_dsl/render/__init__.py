"""How results, plans and diagnostics look: terminal, JSON, CSV."""

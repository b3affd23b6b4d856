"""From plan and observations to exact totals; the reference engine is the definition."""

"""Why a score is what it is, down to the observed cell and the rubric line."""

"""The characters of a rubric and where they stand: files, spans, normal form, look-alikes. Knows nothing else."""

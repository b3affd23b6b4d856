"""Pages: one file each, offline, no script, in Chinese and English with a switch; charts are inline SVG.

Everything that comes from a rubric or from observations is escaped where it is put in (`elements.tag`, templates with
autoescape); nothing is marked as safe by hand but what these modules made.
"""

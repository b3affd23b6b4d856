"""Why a score is what it is, down to the observed cell and the rubric line.

A run says what a subject scored. This stage scores the subject's rows again, keeps everything, and knows of every point
which item won or lost it, on which row, and by which line of the rubric; the parts are checked to be exactly the whole.
"""

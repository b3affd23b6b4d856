"""Every stated limit has its own diagnostic, and no input takes long or ends in a traceback."""

"""The commands: each decides which files are read and written, and prints."""

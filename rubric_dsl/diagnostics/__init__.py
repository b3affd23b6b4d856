"""What was found in a rubric or its data, as data, and all prose about it in Chinese and English."""

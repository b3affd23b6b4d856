"""The value of an operation, given the values of its operands."""

"""The score stage for many subjects: each node for all of them at once, in columns of integers.

It gives what `engines.subjects`, the definition, gives; the two share no arithmetic and are compared by tests.
"""

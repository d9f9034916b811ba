"""Programs of the partnership's own that are called after steps: each step at least once, in the
order of its case, and never within the transaction that it is recorded in.
"""

"""One tree of conditions, three ways to judge by it, which agree.

`policies.conditions.evaluate` explains one enterprise; `queries` compiles the tree to a condition of the
database, for one item's counts and lists; `columns` judges all enterprises at once, for all items, at night.
"""

"""A plain reading of docs/query.md: what a query means, by looking at every event.

Nothing here is shared with the program, and nothing here is fast: it is what the program is
compared with.
"""

"""Published figures become something to look at: every chart, map, row and count of the book.

Each is imported from its own module: words about figures must not wait for the drawing of charts.
"""

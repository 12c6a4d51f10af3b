"""The columns of an observation: what it is of, what it says, and where it came from."""

KEY = ["measure", "area", "vintage", "period", "dimension", "group"]
NUMBERS = ["numerator", "denominator", "value", "lower", "upper"]
COLUMNS = [*KEY, *NUMBERS, "status", "mark", "published", "published_basis", "source"]

# Where it stands in its supplier's file: a row of a table, a cell of a sheet, or a record of a reply;
# and what was done between there and here, blank where it is as written.
ORIGIN = ["file", "sheet", "cell", "row", "transform"]

STORED = [*COLUMNS, *ORIGIN]

"""The form that a service fills in: what `template` writes and `returns` reads back.

The reader finds columns by these headings, never by position, so a service may add columns of its own.
"""

VERSION = "1"

# Sheets
ABOUT = "About"  # the stamp: label in column A, value in column B
FIGURES = "Figures"
CORRECTIONS = "Corrections"  # figures sent before that were wrong
HOW_TO = "How to fill this in"
LISTS = "Lists"
TO_PUT_RIGHT = "What to put right"  # the first sheet of a marked copy
TO_MEND, TO_CHECK = "Fault", "Please check"  # how a comment on a marked cell begins, and what it is
NOT_FOR_FILLING = (ABOUT, HOW_TO, LISTS, TO_PUT_RIGHT)

# Labels of the stamp on the sheet About
STAMP_FORM = "PMIF return form"  # its value is VERSION
STAMP_COUNCIL = "Council"
STAMP_REPORT = "Report period"  # a period id: 2026-27-q2
STAMP_ROLE = "Role id"
STAMP_MADE = "Form made on"  # 2026-10-01

# Headings of the sheet Figures (and of Corrections, which has no last figures and has REASON)
MEASURE_ID = "Measure id"
MEASURE = "Measure"
DEFINITION = "What is counted"
UNIT = "Unit"
PLACE = "Place"
AREA = "Area code"
GROUP = "Group"  # "Everyone", or "Dimension: group" in the titles of dimensions.yml
PERIOD = "Period"  # a period id
PERIOD_LABEL = "Period covered"
LAST_PERIOD = "Last period"
LAST_VALUE = "Last figure"
NUMERATOR = "Count"
DENOMINATOR = "Out of"
VALUE = "Figure"
STATUS = "State"
NOTE = "Note"
REASON = "Why it was wrong"

# What may stand under STATUS; a blank means GIVEN where a figure is there.
GIVEN = "Figure given"
PROVISIONAL = "Provisional figure"
NIL = "Nil return"  # the service looked, and there was nothing: no cases, nothing to count
NOT_AVAILABLE = "Not available"  # it should exist, and the service cannot give it
NOT_APPLICABLE = "Does not apply"
STATES = (GIVEN, PROVISIONAL, NIL, NOT_AVAILABLE, NOT_APPLICABLE)

# What stands in a cell that is not to be filled in.
WORKED_OUT = "worked out from the counts"
NOT_NEEDED = "not needed"
PROMPTS = (WORKED_OUT, NOT_NEEDED)

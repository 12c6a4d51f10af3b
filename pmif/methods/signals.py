"""The signals of a control chart, by name: what a finding keeps, and a page puts into words."""

BEYOND, TREND, TWO_OF_THREE, SHIFT = "beyond a limit", "trend", "two of three near a limit", "shift"

"""PMIF: the report book of Gateshead Council's Performance Management & Improvement Framework."""

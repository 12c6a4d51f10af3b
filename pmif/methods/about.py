"""What a reader is told of a method: the methods page is made from these, one beside each method's code."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Who stands behind a method."""

    OHID = "OHID"  # Office for Health Improvement and Disparities: public health profiles
    NHS = "NHS"  # NHS England: Making Data Count
    ONS = "ONS"  # Office for National Statistics
    WHO = "WHO"  # World Health Organization: monitoring of inequality
    ACADEMIC = "Academic"  # a published method, without an official British standard behind it
    CONVENTION = "Convention"  # common practice, without a national standard
    OURS = "This report"  # a rule of our own, with the reason given


@dataclass(frozen=True)
class About:
    """One method, in words that a councillor can follow, and the formula for those who want it.

    `tells` is a sentence or two on what the method says and how it is to be read; `needs` says which
    figures support it; `formula` is plain text, one step a line; `source` names the publication and
    `address` leads to it (empty where it has no address that holds).
    """

    id: str
    title: str
    tells: str
    needs: str
    formula: str
    standing: Standing
    source: str
    address: str = ""

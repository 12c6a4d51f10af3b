"""The claims that commentary may make. Each holds where the report's own tests say so, and nowhere else.

A claim that does not hold says what the data say, and which claims would hold.
"""

from pmif.commentary.beside_claims import BESIDE
from pmif.commentary.change_claims import CHANGE
from pmif.commentary.place_claims import PLACES
from pmif.commentary.record_claims import RECORDS

CLAIMS = (*CHANGE, *BESIDE, *PLACES, *RECORDS)

"""What an adapter is told besides its request: where the book is, its places, its plan and today's date."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urljoin

from pmif.geography import Areas
from pmif.intake.fetch.request import Place, Plan, Request


@dataclass(frozen=True)
class Setting:
    root: Path
    areas: Areas
    plan: Plan
    today: date

    def address(self, path: str) -> str:
        """An address below the publisher's base."""
        return urljoin(self.plan.address, path)

    def places(self, request: Request) -> tuple[Place, ...]:
        """The places a request expects: those listed, or every ward of the vintage it names."""
        if request.wards:
            return tuple(Place(code=a.code, vintage=a.vintage) for a in self.areas.wards(request.wards))
        return self.plan.places(request)

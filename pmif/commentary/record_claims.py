"""Claims about the past: the highest since, for the first time below."""

import re
from collections.abc import Callable
from functools import partial

from pmif.commentary.notation import write_role
from pmif.commentary.values import with_unit
from pmif.commentary.vocabulary import FIGURE, Asked, CannotBindError, Entry, Kind, NamedFigure, Said, touch
from pmif.exhibits import wording
from pmif.framework import Frequency
from pmif.period import Period


def _history(asked: Asked) -> tuple[NamedFigure, list[NamedFigure]]:
    """The newest figure and every earlier one of the present definition, oldest first."""
    pm, name = asked.pm, asked.named
    series = pm.by_series.get((name.area, name.dimension, name.group), ())
    breaks = [Period.parse(c.since).sort_key for c in pm.measure.definition_changes]
    now = asked.figure()
    since = max((b for b in breaks if b <= now.period.sort_key), default=None)
    earlier_ones = []
    for figure in series:
        key = figure.period.sort_key
        if key >= now.period.sort_key or (since and key < since):
            continue
        if not figure.shown:
            raise CannotBindError(f"the figure for {figure.period.label} is not shown, so no record can be told")
        earlier_ones.append(NamedFigure.of(pm, figure))
    if not earlier_ones:
        raise CannotBindError(f"'{asked.target.name}' has no earlier figure to compare with")
    return now, earlier_ones


def _whole(now: NamedFigure, before: list[NamedFigure]) -> None:
    """Refuse a record over figures with one missing between them: it may have stood higher still."""
    if now.pm.measure.frequency is Frequency.OCCASIONAL:
        return
    later = now.period
    for figure in reversed(before):
        if later.previous.sort_key > figure.period.sort_key:
            raise CannotBindError(f"the figure for {later.previous.label} is missing, so no record can be told")
        later = figure.period


def _record(role: str) -> Callable[[Asked], Said]:
    which = role.partition("-")[0]
    sign = 1 if which == "highest" else -1

    def claim(asked: Asked) -> Said:
        now, before = _history(asked)
        since = asked.period_option("since")
        ours = sign * wording.as_shown(asked.pm, now.value)
        reached = [f for f in before if sign * wording.as_shown(asked.pm, f.value) >= ours]
        last = reached[-1].period if reached else None
        mark = last or before[0].period  # the last time it stood as high, or the first figure there is
        broken = any(Period.parse(c.since).sort_key <= now.period.sort_key for c in asked.pm.measure.definition_changes)
        began = "it was first counted this way" if broken else "figures began"
        words = f"the {which} since {mark.label if last else f'{began} {wording.in_period(mark)}'}"
        beaten = before if last is None else before[[f.period for f in before].index(last) + 1 :]
        _whole(now, beaten)
        if close := next((f for f in beaten if touch(now, f)), None):
            doubt = f"{with_unit(now)} and {with_unit(close)} {wording.in_period(close.period)} cannot be told apart"
            return Said(words, holds=False, truth=f"{doubt}: their intervals overlap")
        holds = last is not before[-1].period and (since is None or last is None or last.sort_key <= since.sort_key)
        if since is not None and since not in [f.period for f in before]:
            raise CannotBindError(
                f"'{asked.target.name}' has no figure of {since.id}. It has {', '.join(f.period.id for f in before)}"
            )
        best = max(before, key=lambda f: sign * f.value)
        until = (
            f"it was last as {'high' if sign > 0 else 'low'} {wording.in_period(last)}"
            if last
            else f"before it the {which} was {with_unit(best)} {wording.in_period(best.period)}"
        )
        truth = f"{with_unit(now)} {wording.in_period(now.period)}; {until}"
        instead = (write_role(role, asked.target.name),) if last is not before[-1].period else ()
        return Said(words, holds, truth, instead)

    return claim


def _first(role: str) -> Callable[[Asked], Said]:
    side = role.partition("-")[2]  # above or below
    sign = 1 if side == "above" else -1

    def claim(asked: Asked) -> Said:
        if side not in asked.options:
            raise CannotBindError(f"needs the number after a comma: {{{role}}}`{asked.target.name}, {side} 50`")
        given = asked.options[side].rstrip("%").replace(",", "").lstrip("£")
        if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", given):
            raise CannotBindError(
                f"'{asked.options[side]}' is no number that a figure could be: write one like 50 or 2.5"
            )
        line = float(given) * asked.pm.unit.shown_in
        now, before = _history(asked)
        on_side = [sign * (wording.as_shown(asked.pm, f.value) - line) > 0 for f in before]
        is_now = sign * (wording.as_shown(asked.pm, now.value) - line) > 0
        last = next((f.period for f, was in zip(reversed(before), reversed(on_side), strict=True) if was), None)
        there = f"{side} {wording.format_value(asked.pm, line)}"
        words = f"for the first time{f' since {last.label}' if last else ''} {there}"
        if "since" in asked.options and last != asked.period_option("since"):
            was = f"was last {there} {wording.in_period(last)}" if last else f"was never {there} before"
            return Said(words, holds=False, truth=f"it {was}")
        newest, last_one = (f"{with_unit(f)} {wording.in_period(f.period)}" for f in (now, before[-1]))
        truth = f"{newest}, {last_one}"
        return Said(words, is_now and not on_side[-1], truth)

    return claim


_claim = partial(Entry, Kind.CLAIM)

RECORDS = (
    *(
        _claim(role, f"the {which} since a period, which it names", _record(role), parts=FIGURE, options=("since",))
        for role, which in (("highest-since", "highest"), ("lowest-since", "lowest"))
    ),
    *(
        _claim(role, f"for the first time {side} a number", _first(role), parts=FIGURE, options=(side, "since"))
        for role, side in (("first-above", "above"), ("first-below", "below"))
    ),
)

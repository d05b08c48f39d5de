"""Celery beat's loop with a clock of its own: an entry is asked whether it is due, then beat sleeps for as long as it says."""

from datetime import timedelta

WATCHED = timedelta(days=3653)
LONGEST_SLEEP = timedelta(seconds=300)
# What an entry tells can be wrong by a change of the clock, so a longer wait is cut off well before its end.
NEAR = timedelta(hours=3)


class Clock:
    now = None


def run(schedule, clock, zone, after, count):
    """The minutes in which beat sends the entry of this schedule, if it was last sent at `after`; until when they are known."""
    found, until = [], after + WATCHED
    clock.now, last_run = after, after
    while len(found) < count and clock.now < until:
        is_due, wait = schedule.is_due(last_run.astimezone(zone))
        if is_due:
            found.append(clock.now.replace(second=0, microsecond=0))
            last_run = clock.now
        sleep = timedelta(seconds=wait)
        clock.now += sleep - NEAR if sleep > 2 * NEAR else max(min(sleep, LONGEST_SLEEP), timedelta(microseconds=1))
    return found, until if len(found) < count else None


def fields(expr):
    parts = expr.split()
    if len(parts) != 5:
        raise ValueError("celery has five fields")
    names = ["minute", "hour", "day_of_month", "month_of_year", "day_of_week"]
    return dict(zip(names, parts))

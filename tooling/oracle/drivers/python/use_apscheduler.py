from datetime import timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger


def times(expr, tz, after, count):
    trigger = CronTrigger.from_crontab(expr, timezone=ZoneInfo(tz))
    found, previous = [], None
    now = after + timedelta(seconds=1)  # a time at `now` itself would count
    while len(found) < count:
        previous = trigger.get_next_fire_time(previous, now)
        if previous is None:
            break
        found.append(previous)
        now = previous
    return found

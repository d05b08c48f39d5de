from datetime import datetime
from zoneinfo import ZoneInfo

from croniter import croniter


def times(expr, tz, after, count):
    iterator = croniter(expr, after.astimezone(ZoneInfo(tz)))
    return [iterator.get_next(datetime) for _ in range(count)]

from datetime import datetime

import pytz
from croniter import croniter


def times(expr, tz, after, count):
    iterator = croniter(expr, after.astimezone(pytz.timezone(tz)))
    return [iterator.get_next(datetime) for _ in range(count)]

from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim


def times(expr, tz, after, count):
    return list(islice(CronSim(expr, after.astimezone(ZoneInfo(tz))), count))

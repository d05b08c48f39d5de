from zoneinfo import ZoneInfo

from celery import Celery
from celery.schedules import crontab

import beat


def times(expr, tz, after, count):
    app, clock, zone = Celery(set_as_current=False), beat.Clock(), ZoneInfo(tz)
    app.conf.timezone, app.conf.enable_utc = tz, True
    schedule = crontab(**beat.fields(expr), app=app, nowfun=lambda: clock.now.astimezone(zone))
    return beat.run(schedule, clock, zone, after, count)

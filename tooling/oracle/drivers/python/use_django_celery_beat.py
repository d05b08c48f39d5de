from zoneinfo import ZoneInfo

import django
from celery import Celery
from django.conf import settings

settings.configure(USE_TZ=True, INSTALLED_APPS=["django_celery_beat"])
django.setup()

from django_celery_beat.tzcrontab import TzAwareCrontab  # noqa: E402

import beat  # noqa: E402


def times(expr, tz, after, count):
    app, clock, zone = Celery(set_as_current=False), beat.Clock(), ZoneInfo(tz)
    app.conf.timezone, app.conf.enable_utc = tz, True
    schedule = TzAwareCrontab(**beat.fields(expr), tz=zone, app=app)
    schedule.nowfun = lambda: clock.now.astimezone(zone)
    return beat.run(schedule, clock, zone, after, count)

from airflow.timetables.trigger import CronTriggerTimetable
from pendulum import instance


def times(expr, tz, after, count):
    timetable = CronTriggerTimetable(expr, timezone=tz)
    timetable.validate()
    found, at = [], instance(after)
    for _ in range(count):
        at = timetable._get_next(at)
        found.append(at)
    return found

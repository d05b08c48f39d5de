from itertools import islice

from dagster._utils.schedules import schedule_execution_time_iterator, is_valid_cron_schedule


def times(expr, tz, after, count):
    if not is_valid_cron_schedule(expr):
        raise ValueError("no valid cron schedule")
    later = (time for time in schedule_execution_time_iterator(after.timestamp(), expr, tz) if time > after)
    return list(islice(later, count))

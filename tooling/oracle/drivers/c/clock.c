/* The clock of the program: it stands still but for what the program sleeps. Runs are printed, as seconds of the epoch. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define MINUTE 60

static time_t now, after, until, last_run;
static long wanted;

/* Arguments: the start, the time after which runs count, the end of the watch, and how many runs are wanted. */
void start_clock(char **arguments)
{
	now = atol(arguments[0]);
	after = atol(arguments[1]);
	until = atol(arguments[2]);
	wanted = atol(arguments[3]);
}

void record_run(void)
{
	time_t minute = now - now % MINUTE;

	if (minute == last_run || minute <= after) /* two runs seconds apart are one time */
		return;
	last_run = minute;
	printf("%ld\n", (long) minute);
	if (--wanted == 0)
		exit(0);
}

void refuse(const char *why)
{
	printf("refused: %s\n", why);
	exit(0);
}

time_t __wrap_time(time_t *at)
{
	if (at)
		*at = now;
	return now;
}

unsigned int __wrap_sleep(unsigned int seconds)
{
	now += seconds;
	if (now > until)
		exit(0);
	return 0;
}

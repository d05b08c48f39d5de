/* Runs busybox's crond over one crontab, with the clock of clock.c; a job that it would start ends at once. */
#include <stdlib.h>
#include <unistd.h>

void start_clock(char **arguments);
void record_run(void);
int __real_main(int argc, char **argv);

/* Usage: program CRONTAB START AFTER END COUNT. The crontab becomes that of root in a folder of its own. */
int __wrap_main(int argc, char **argv)
{
	char *daemon[] = {"crond", "-f", "-c", realpath("crontabs", NULL), NULL};

	(void) argc;
	start_clock(argv + 2);
	unlink("crontabs/root");
	if (link(argv[1], "crontabs/root") != 0)
		return 1;
	return __real_main(4, daemon);
}

/* No child is made, so waiting for it says that there is none, and crond takes the job for ended. */
int oracle_vfork(void)
{
	record_run();
	return 1 << 22;
}

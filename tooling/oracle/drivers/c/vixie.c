/* Runs the main loop of cron or cronie over one crontab, with the clock of clock.c and no command run. */
#include <fcntl.h>
#include <pwd.h>
#define main unused_main
#include "cron.h"
#undef main

void start_clock(char **arguments);
void record_run(void);
void refuse(const char *why);
int cron_main(int argc, char **argv);

static const char *crontab;
static char complaint[1000];

/* Usage: program CRONTAB START AFTER END COUNT */
int main(int argc, char **argv)
{
	char *daemon[] = {"cron", FOREGROUND, NULL};

	(void) argc;
	crontab = argv[1];
	start_clock(argv + 2);
	optind = 1;
	return cron_main(2, daemon);
}

int __wrap_load_database(cron_db *database)
{
	user *owner;

	if (database->head != NULL)
		return 0;
	owner = load_user(open(crontab, O_RDONLY), getpwuid(0), "root", "root", "root");
	if (owner == NULL || owner->crontab == NULL)
		refuse(complaint[0] ? complaint : "no entry");
	owner->next = owner->prev = NULL;
	database->head = database->tail = owner;
	return 1;
}

void __wrap_do_command(entry *line, user *owner)
{
	(void) line;
	(void) owner;
	record_run();
}

/* What the daemon says of a line while it reads the crontab is why it refuses it. */
void __wrap_log_it(const char *name, int pid, const char *event, const char *detail)
{
	(void) name;
	(void) pid;
	if (!complaint[0] && detail != NULL && event != NULL && event[0] == 'E')
		snprintf(complaint, sizeof(complaint), "%s", detail);
}

void __wrap_acquire_daemonlock(int closeflag)
{
	(void) closeflag;
}

void __wrap_set_cron_uid(void)
{
}

void __wrap_set_cron_cwd(void)
{
}

void __wrap_check_spool_dir(void)
{
}

void __wrap_check_orphans(cron_db *database)
{
	(void) database;
}

# Builds Debian's cron with a clock of its own. Usage: sh debian-cron.sh PACKAGE=VERSION, in an empty folder.
set -eu
here=$(dirname "$0")
. "$here/source.sh"
fetch_source "$1"
cd source
flags="-g -O2 -w -I. -DPOSIX -DDEBUGGING=0 -DREBOOT_FILE=\"/dev/null\""
gcc $flags -Dmain=cron_main -c cron.c -o cron_main.o
for file in database user entry job do_command misc env popen compat; do gcc $flags -c $file.c -o $file.o; done
gcc $flags -DFOREGROUND='"-f"' -c "$here/vixie.c" -o vixie.o
gcc -O2 -c "$here/clock.c" -o clock.o
wrap=
for name in time sleep do_command load_database log_it acquire_daemonlock set_cron_uid set_cron_cwd check_orphans; do
  wrap="$wrap -Wl,--wrap=$name"
done
gcc $wrap cron_main.o database.o user.o entry.o job.o do_command.o misc.o env.o popen.o compat.o vixie.o clock.o \
  -o ../program

# Builds cronie with a clock of its own. Usage: sh cronie.sh PACKAGE=VERSION, in an empty folder.
set -eu
here=$(dirname "$0")
. "$here/source.sh"
fetch_source "$1"
cd source
./configure --disable-anacron
make AUTOMAKE=: ACLOCAL=: AUTOCONF=: AUTOHEADER=: cron-paths.h
# cronie has no header that holds all the others, as cron has.
for name in sys/types.h unistd.h stdlib.h string.h time.h; do echo "#include <$name>"; done > cron.h
for name in config.h bitstring.h globals.h funcs.h; do echo "#include \"$name\""; done >> cron.h
flags="-g -O2 -w -I. -Isrc -DHAVE_CONFIG_H -D_GNU_SOURCE -include config.h"
gcc $flags -Dmain=cron_main -c src/cron.c -o cron_main.o
for file in src/database src/do_command src/job src/popen src/security src/user src/entry src/env src/misc src/pw_dup \
  cronie_common; do
  gcc $flags -c $file.c -o "$(basename $file).o"
done
gcc $flags -DFOREGROUND='"-n"' -c "$here/vixie.c" -o vixie.o
gcc -O2 -c "$here/clock.c" -o clock.o
wrap=
for name in time sleep do_command load_database log_it acquire_daemonlock set_cron_uid check_spool_dir check_orphans; do
  wrap="$wrap -Wl,--wrap=$name"
done
gcc $wrap cron_main.o database.o do_command.o job.o popen.o security.o user.o entry.o env.o misc.o pw_dup.o \
  cronie_common.o vixie.o clock.o -o ../program

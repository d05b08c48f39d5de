# Builds busybox with crond alone and a clock of its own. Usage: sh busybox.sh PACKAGE=VERSION, in an empty folder.
set -eu
here=$(dirname "$0")
. "$here/source.sh"
fetch_source "$1"
gcc -O2 -c "$here/busybox.c" -o busybox.o
gcc -O2 -c "$here/clock.c" -o clock.o
# An archive, since busybox hands the flags of its last link to each link before it.
ar rcs clock.a busybox.o clock.o
archive=$PWD/clock.a
cd source
make allnoconfig
# As Debian configures it.
sed -i 's/^# CONFIG_CROND is not set/CONFIG_CROND=y/; s/^# CONFIG_LFS is not set/CONFIG_LFS=y/' .config
printf '%s\n' 'CONFIG_FEATURE_CROND_SPECIAL_TIMES=y' '# CONFIG_FEATURE_CROND_D is not set' \
  '# CONFIG_FEATURE_CROND_CALL_SENDMAIL is not set' 'CONFIG_FEATURE_CROND_DIR="/var/spool/cron"' \
  'CONFIG_PID_FILE_PATH="/tmp"' >> .config
yes '' | make oldconfig
wrap=
for name in main time sleep; do wrap="$wrap -Wl,--wrap=$name"; done
make CFLAGS_crond.o=-Dvfork=oracle_vfork EXTRA_LDFLAGS="$wrap $archive" SKIP_STRIP=y busybox
cp busybox ../program

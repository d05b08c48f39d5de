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
for option in CROND LFS FEATURE_CROND_SPECIAL_TIMES; do
  sed -i "s/^# CONFIG_$option is not set/CONFIG_$option=y/" .config
done
sed -i 's|^CONFIG_FEATURE_CROND_DIR=.*|CONFIG_FEATURE_CROND_DIR="/var/spool/cron"|; s|^CONFIG_PID_FILE_PATH=.*|CONFIG_PID_FILE_PATH="/tmp"|' .config
yes '' | make oldconfig
grep -q '^CONFIG_FEATURE_CROND_SPECIAL_TIMES=y' .config
wrap=
for name in main time sleep; do wrap="$wrap -Wl,--wrap=$name"; done
# It looks each minute whether its crontabs have changed, which takes most of the time of years.
hooks="-Dvfork=oracle_vfork '-Dstat(path,to)=oracle_stat(path,to)' '-Dfopen_for_read(path)=oracle_update(path)'"
make CFLAGS_crond.o="$hooks" EXTRA_LDFLAGS="$wrap $archive" SKIP_STRIP=y busybox
cp busybox ../program

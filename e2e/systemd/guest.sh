#!/bin/sh
# Run by systemd within the machine; /mnt is the folder that main.ts reads. Each unit stands for one row of its table.
exec > /mnt/out.txt 2>&1
cp /mnt/overdue.cjs /usr/local/bin/overdue; chmod 755 /usr/local/bin/overdue
ip link set lo up
systemd-run -q -u recorder /usr/local/bin/node /mnt/recorder.mjs
mkdir -p /etc/overdue /srv/root/usr /srv/root/run /srv/root/proc
mount --bind /usr /srv/root/usr; ln -s usr/bin usr/lib usr/lib64 /srv/root/
echo '{"url":"http://127.0.0.1:8000","pingKey":"key"}' > /etc/overdue/config.json
overdue() { node /usr/local/bin/overdue "$@"; }
units=/etc/systemd/system
service() { name=$1; shift; printf '%s\n' "[Service]" "$@" > "$units/$name.service"; }
eat='/usr/bin/perl -e "my $$x = q(a) x 400000000; sleep 1"'
service memory Type=oneshot MemoryMax=24M MemorySwapMax=0 "ExecStart=$eat"
service well Type=oneshot "ExecStart=/bin/sh -c 'echo well done'"
service long Type=oneshot "ExecStart=/bin/sleep 40"
service strict Type=oneshot DynamicUser=yes ProtectSystem=strict ProtectHome=yes PrivateTmp=yes PrivateNetwork=yes \
  IPAddressDeny=any RestrictAddressFamilies=AF_UNIX SystemCallFilter=@system-service MemoryMax=20M TasksMax=8 \
  "ExecStart=/bin/sh -c 'echo no space; exit 3'"
service by-timer User=nobody "ExecStart=/bin/sh -c 'exit 4'"
printf '[Timer]\nOnActiveSec=1s\n' > $units/by-timer.timer
service restarts Restart=always RestartSec=200ms "ExecStart=/bin/sh -c 'exit 5'"
printf '[Unit]\nStartLimitBurst=3\nStartLimitIntervalSec=60\n' >> $units/restarts.service
service watchdog Type=notify NotifyAccess=all WatchdogSec=3 "ExecStart=/bin/sh -c 'systemd-notify --ready; exec sleep 60'"
service server "ExecStart=/bin/sleep 600"
service broken Type=oneshot ExecStart=/bin/false
service needs Type=oneshot "ExecStart=/bin/echo never"
printf '[Unit]\nRequires=broken.service\nAfter=broken.service\n' >> $units/needs.service
service limit Type=oneshot TimeoutStartSec=1 "ExecStart=/bin/sleep 60"
service stays Type=oneshot RemainAfterExit=yes "ExecStart=/bin/echo stayed"
service condition Type=oneshot ExecCondition=/bin/false "ExecStart=/bin/echo never"
service root Type=oneshot RootDirectory=/srv/root "ExecStart=/bin/echo in another root"
service root-fails Type=oneshot RootDirectory=/srv/root ExecStart=/bin/false
service no-user Type=oneshot User=nosuchuser "ExecStart=/bin/echo never"
service wrapped Type=oneshot MemoryMax=300M MemorySwapMax=0 OOMPolicy=continue ProtectSystem=strict StateDirectory=overdue \
  "ExecStart=/usr/local/bin/node /usr/local/bin/overdue run --check wrapped --lock -- $eat"
# What pam_systemd would set; it is not a part of this small Debian.
mkdir -p /run/systemd/system/user@.service.d
printf '[Service]\nPAMName=\nEnvironment=XDG_RUNTIME_DIR=/run/user/%%i\n' > /run/systemd/system/user@.service.d/place.conf
systemctl daemon-reload
find $units -type f | sort | xargs md5sum > /run/before
all="memory well long strict by-timer.timer restarts watchdog server needs limit stays condition root root-fails no-user"
overdue systemd install $all --yes > /mnt/install.txt
systemd-analyze verify $units/well.service $units/overdue-report.service $units/overdue-report.path
systemctl start --no-block long server
for unit in memory well strict needs limit stays condition root root-fails no-user wrapped; do systemctl start $unit; done 2>/dev/null
systemctl start --no-block restarts watchdog by-timer.timer
# A unit of a user's own, under that user's systemd.
useradd --create-home --uid 1000 ada
ada() { setpriv --reuid=1000 --regid=1000 --init-groups env -i PATH=/usr/local/bin:/usr/bin:/bin XDG_RUNTIME_DIR=/run/user/1000 "$@"; }
{ systemctl start user@1000.service; systemctl is-active user@1000.service; } > /mnt/install-user.txt 2>&1
ada mkdir -p /home/ada/.config/systemd/user
printf '[Service]\nType=oneshot\nExecStart=/bin/sh -c "exit 6"\n' | ada tee /home/ada/.config/systemd/user/own.service > /dev/null
ada systemctl --user daemon-reload
ada node /usr/local/bin/overdue systemd install --user own --yes >> /mnt/install-user.txt 2>&1
ada systemctl --user start own 2>/dev/null
sleep 50
systemctl stop stays server
sleep 20
# Offline, and the clock is set a day back before the report can be sent.
systemctl stop recorder
systemctl start well
sleep 15
overdue spool > /mnt/spool.txt
date -s "1 day ago" > /dev/null
systemd-run -q -u recorder-2 /usr/local/bin/node /mnt/recorder.mjs
until ss -ltn | grep -q :8000; do sleep 0.2; done
overdue spool --send >> /mnt/spool.txt
ls -A /run/overdue/units /var/lib/overdue/spool > /mnt/left.txt
overdue systemd install $all --yes | tail -1 > /mnt/again.txt
overdue systemd uninstall --yes | tail -1 > /mnt/uninstall.txt
find $units -type f | sort | xargs md5sum > /run/after
cmp /run/before /run/after && echo same > /mnt/restored.txt
systemctl --version | head -1 > /mnt/version.txt

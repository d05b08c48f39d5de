#!/usr/bin/env bash
# Gets what boots a Debian with systemd as PID 1, without privileges and without touching this machine: a User-Mode Linux
# kernel and a root file system. usage: build.sh DIR   (1.5 GB; a minute; needs apt, mmdebstrap, e2fsprogs and patchelf)
# The kernel is that of Debian sid with sid's C library beside it: 6.1 and 6.12 die at once where the processor has AMX
# ("ptrace set fp regs failed, errno = 14"). The system is Debian 12, whose systemd 252 is what most servers have.
set -euo pipefail
dir=${1:?usage: build.sh DIR}; mkdir -p "$dir"; cd "$dir"; dir=$PWD
if [ ! -x linux ]; then
  mkdir -p apt/lists/partial apt/cache/archives/partial
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main" > apt/sources.list
  apt=(apt-get -o "Dir::Etc::SourceList=$dir/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$dir/apt/lists" -o "Dir::Cache=$dir/apt/cache" -o Acquire::Languages=none)
  "${apt[@]}" update -q > /dev/null
  "${apt[@]}" download -q user-mode-linux libc6 > /dev/null
  for package in user-mode-linux_*.deb libc6_*.deb; do dpkg-deb -x "$package" parts; done
  lib=$dir/parts/usr/lib/x86_64-linux-gnu
  cp parts/usr/bin/linux.uml linux.part
  patchelf --set-interpreter "$lib/ld-linux-x86-64.so.2" --set-rpath "$lib" linux.part
  mv linux.part linux
fi
if [ ! -e root/etc/debian_version ]; then
  mmdebstrap --variant=minbase --include=systemd,systemd-sysv,dbus,procps,iproute2 bookworm root.tar
  mkdir -p root && tar xf root.tar -C root && rm root.tar
fi

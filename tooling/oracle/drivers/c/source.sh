# Usage: . source.sh; fetch_source "cron=3.0pl1-162" : unpacks a Debian source package, with Debian's patches, into the
# folder "source". Asks the archive that this machine installs from, for the stable release before and the one after.
fetch_source() {
  mkdir -p lists/partial
  sed 's/^Types: deb$/Types: deb-src/; s/^Suites: bookworm.*updates$/Suites: bookworm trixie/' \
    /etc/apt/sources.list.d/debian.sources > archive.sources
  set -- "$1" -o "Dir::Etc::sourcelist=$PWD/archive.sources" -o Dir::Etc::sourceparts=/dev/null \
    -o "Dir::State::lists=$PWD/lists"
  package=$1
  shift
  apt-get --quiet "$@" update
  apt-get --quiet "$@" source "$package"
  for folder in */; do
    case $folder in lists/) ;; *) mv "$folder" source ;; esac
  done
}

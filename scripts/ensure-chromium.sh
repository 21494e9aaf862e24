#!/bin/sh
# Makes a Chromium available to the tests of pages: CHROMIUM, else one on PATH, else installs one.
set -u

say() { printf '%s\n' "ensure-chromium: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# The same names, in the same order, as test/support/chromium.ts looks for.
find_it() {
  for name in chromium chromium-browser google-chrome-stable google-chrome; do
    if has "$name"; then
      command -v "$name"
      return
    fi
  done
  return 1
}

if [ -n "${CHROMIUM:-}" ]; then
  if [ -x "$CHROMIUM" ]; then
    say "the tests use $CHROMIUM, as CHROMIUM says"
    exit 0
  fi
  say "CHROMIUM names $CHROMIUM, which is no program: give the path of a Chromium or Chrome, or unset it."
  exit 1
fi
if found=$(find_it); then
  say "found $found"
  exit 0
fi

# `sudo` is run, `shown` is what a person would type, who may be asked for a password.
sudo=
shown=
as=
if [ "$(id -u)" != 0 ]; then
  if has sudo; then
    shown="sudo "
    # Without a terminal nobody can type a password: fail instead of waiting for one.
    if [ -t 0 ]; then sudo=sudo; else sudo="sudo -n"; fi
  else
    as="as root: "
  fi
fi
# shellcheck disable=SC2086 # none, one or two words
as_root() { $sudo "$@" >&2; }

# A package may install well and bring no browser (that of Ubuntu leads to a snap), so that is what counts.
get() {
  as_root "$@" && find_it >/dev/null
}

ways=
advise() {
  ways="$ways
  $1"
}

install() {
  if has apt-get; then
    advise "$as${shown}apt-get update && ${shown}apt-get install -y chromium"
    get env DEBIAN_FRONTEND=noninteractive apt-get install -y chromium && return
    as_root apt-get update
    get env DEBIAN_FRONTEND=noninteractive apt-get install -y chromium && return
  elif has apk; then
    advise "$as${shown}apk add chromium"
    get apk add --no-cache chromium && return
  elif has dnf; then
    advise "$as${shown}dnf install -y chromium"
    get dnf install -y chromium && return
  elif has pacman; then
    advise "$as${shown}pacman -Syu chromium"
    get pacman -S --needed --noconfirm chromium && return
  fi
  return 1
}

say "there is no Chromium; installing one"
if install; then
  say "installed $(find_it)"
  exit 0
fi

say "there is no Chromium on PATH, and it could not be installed from here."
if [ -n "$ways" ]; then
  say "This should do it:$ways"
else
  say "No package manager that this script knows is on PATH: install Chromium or Chrome by yours."
fi
say "Or name one that is somewhere else: CHROMIUM=/path/to/chrome npm test"
exit 1

#!/bin/sh
# Makes the programs of a Postgres server available to the tests: POSTGRES_URL, else those of a package or on PATH, else installs one.
# The tests start a server of their own.
set -u

say() { printf '%s\n' "ensure-postgres: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

if [ -n "${POSTGRES_URL:-}" ]; then
  say "the tests use the server that POSTGRES_URL names"
  exit 0
fi

# Debian keeps them beside PATH, by version.
find_bin() {
  for folder in /usr/lib/postgresql/*/bin /usr/local/opt/postgresql*/bin /opt/homebrew/opt/postgresql*/bin; do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
      echo "$folder"
    fi
  done | sort -t/ -k5 -n | tail -1
  if has initdb && has postgres; then dirname "$(command -v postgres)"; fi
}

use() {
  bin=$(find_bin | head -1)
  [ -n "$bin" ] || return 1
  say "$1 $bin ($("$bin/postgres" --version 2>/dev/null))"
}

if use "found"; then exit 0; fi

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

ways=
advise() {
  ways="$ways
  $1"
}

# A package may install well and bring no server, so that is what counts.
get() { as_root "$@" && [ -n "$(find_bin)" ]; }

install() {
  if has apt-get; then
    advise "$as${shown}apt-get update && ${shown}apt-get install -y postgresql"
    quietly="env DEBIAN_FRONTEND=noninteractive"
    # shellcheck disable=SC2086 # two words
    get $quietly apt-get install -y postgresql && return
    as_root apt-get update
    # shellcheck disable=SC2086
    get $quietly apt-get install -y postgresql && return
  elif has apk; then
    advise "$as${shown}apk add postgresql"
    get apk add --no-cache postgresql && return
  elif has dnf || has yum; then
    if has dnf; then rpm=dnf; else rpm=yum; fi
    advise "$as${shown}$rpm install -y postgresql-server"
    get "$rpm" install -y postgresql-server && return
  elif has pacman; then
    advise "$as${shown}pacman -Syu postgresql"
    get pacman -S --needed --noconfirm postgresql && return
  fi
  if has brew; then
    advise "brew install postgresql"
    brew install postgresql >&2 && [ -n "$(find_bin)" ] && return
  fi
  return 1
}

# Some packages start a server when they are installed. The tests start their own, so that one would only take memory.
stop_service() {
  if has systemctl && [ -d /run/systemd/system ]; then
    if systemctl is-active --quiet postgresql; then as_root systemctl disable --now postgresql; fi
  elif has service; then
    as_root service postgresql stop 2>/dev/null
  fi
  return 0
}

say "Postgres is not installed; installing it"
if install; then
  stop_service
  use "installed"
  exit 0
fi

say "there is no Postgres here, and it could not be installed from here."
if [ -n "$ways" ]; then
  say "One of these should do it:$ways"
else
  say "No package manager that this script knows is on PATH: install Postgres 13 or newer by yours."
fi
say "Or name a server that the tests may use: POSTGRES_URL=postgres://user@127.0.0.1/database npm test"
exit 1

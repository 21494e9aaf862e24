#!/bin/sh
# Makes a Redis server available to the tests: REDIS_URL, else a redis-server on PATH, else installs one.
set -u

say() { printf '%s\n' "ensure-redis: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# Says which one the tests will use, and whether it is too old for them.
use() {
  say "$1 $(command -v redis-server)"
  version=$(redis-server --version 2>/dev/null)
  version=${version#*v=}
  major=${version%%.*}
  minor=${version#*.}
  minor=${minor%%.*}
  case "$major$minor" in '' | *[!0-9]*) return ;; esac
  if [ "$major" -lt 6 ] || { [ "$major" = 6 ] && [ "$minor" -lt 2 ]; }; then
    say "it is Redis $major.$minor and Sluice needs 6.2: put a newer one first on PATH, or set REDIS_URL"
  fi
}

if [ -n "${REDIS_URL:-}" ]; then
  say "the tests use the server that REDIS_URL names"
  exit 0
fi
if has redis-server; then
  use "found"
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

# One way to install it. A package may install well and bring no redis-server, so that is what counts.
get() {
  as_root "$@" && has redis-server
}

ways=
advise() {
  ways="$ways
  $1"
}

install() {
  if has apt-get; then
    advise "$as${shown}apt-get update && ${shown}apt-get install -y redis-server"
    quietly="env DEBIAN_FRONTEND=noninteractive"
    # shellcheck disable=SC2086 # two words
    get $quietly apt-get install -y redis-server && return
    as_root apt-get update
    # shellcheck disable=SC2086
    get $quietly apt-get install -y redis-server && return
  elif has apk; then
    advise "$as${shown}apk add redis"
    get apk add --no-cache redis && return
  elif has dnf || has yum; then
    if has dnf; then rpm=dnf; else rpm=yum; fi
    # Fedora 41 and RHEL 10 have Valkey instead, and the old names of its commands in a package of their own.
    for package in redis valkey-compat-redis; do
      advise "$as${shown}$rpm install -y $package"
      get "$rpm" install -y "$package" && return
    done
  elif has pacman; then
    # Arch has Valkey instead since 2025. A refresh of the package lists alone (-Sy) is the last resort: people upgrade.
    advise "$as${shown}pacman -Syu valkey"
    for refresh in -S -Sy; do
      for package in redis valkey; do
        get pacman "$refresh" --needed --noconfirm "$package" && return
      done
    done
  fi
  if has brew; then
    advise "brew install redis"
    brew install redis >&2 && has redis-server && return
  fi
  return 1
}

# Some packages start a server when they are installed. The tests start their own, so that one would only hold the port.
stop_service() {
  if has systemctl && [ -d /run/systemd/system ]; then
    for unit in redis-server redis valkey; do
      if systemctl is-active --quiet "$unit"; then as_root systemctl disable --now "$unit"; fi
    done
  elif has service; then
    as_root service redis-server stop 2>/dev/null
  fi
  return 0
}

say "redis-server is not installed; installing it"
if install; then
  stop_service
  use "installed"
  exit 0
fi

say "there is no redis-server on PATH, and it could not be installed from here."
# Valkey, and Redis of Amazon Linux, under names of their own.
for other in valkey-server redis6-server; do
  if has "$other"; then advise "$as${shown}ln -s $(command -v "$other") /usr/local/bin/redis-server"; fi
done
if [ -n "$ways" ]; then
  say "One of these should do it:$ways"
else
  say "No package manager that this script knows is on PATH: install Redis 6.2 or newer by yours."
fi
say "Or name a server that the tests may use: REDIS_URL=redis://127.0.0.1:6379 npm test"
exit 1

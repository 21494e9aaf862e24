#!/bin/sh
# Makes a Redis server available to the tests: REDIS_URL, else a redis-server on PATH, else installs one.
set -u

say() { printf '%s\n' "ensure-redis: $*" >&2; }

if [ -n "${REDIS_URL:-}" ]; then
  say "the tests use the server that REDIS_URL names"
  exit 0
fi
if command -v redis-server >/dev/null 2>&1; then
  say "found $(command -v redis-server)"
  exit 0
fi

sudo=
if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null 2>&1; then
  # Without a terminal nobody can type a password: fail instead of waiting for one.
  if [ -t 0 ]; then sudo=sudo; else sudo="sudo -n"; fi
fi
as_root() { $sudo "$@" >&2; }

install() {
  if command -v apt-get >/dev/null 2>&1; then
    by="${sudo:+sudo }apt-get update && ${sudo:+sudo }apt-get install -y redis-server"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y redis-server && return
    as_root apt-get update && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y redis-server
  elif command -v apk >/dev/null 2>&1; then
    by="${sudo:+sudo }apk add redis"
    as_root apk add --no-cache redis
  elif command -v dnf >/dev/null 2>&1; then
    by="${sudo:+sudo }dnf install -y redis"
    as_root dnf install -y redis || as_root dnf install -y valkey-compat-redis
  elif command -v yum >/dev/null 2>&1; then
    by="${sudo:+sudo }yum install -y redis"
    as_root yum install -y redis
  elif command -v pacman >/dev/null 2>&1; then
    by="${sudo:+sudo }pacman -Sy redis"
    as_root pacman -Sy --noconfirm redis || as_root pacman -Sy --noconfirm valkey
  elif command -v brew >/dev/null 2>&1; then
    by="brew install redis"
    brew install redis >&2
  else
    by="your system's package manager to install redis-server"
    return 1
  fi
}

# Some packages start a server when they are installed. The tests start their own, so that one would only hold the port.
stop_service() {
  if command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
    for unit in redis-server redis valkey; do
      if systemctl is-active --quiet "$unit"; then as_root systemctl disable --now "$unit"; fi
    done
  elif command -v service >/dev/null 2>&1; then
    as_root service redis-server stop
  fi
  return 0
}

say "redis-server is not installed; installing it"
install
if command -v redis-server >/dev/null 2>&1; then
  stop_service
  say "installed $(command -v redis-server)"
  exit 0
fi
say "no redis-server on PATH, and it could not be installed from here. Run: $by"
say "or point REDIS_URL at a server that the tests may use, for example: REDIS_URL=redis://127.0.0.1:6379 npm test"
exit 1

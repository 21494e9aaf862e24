#!/bin/sh
# Makes pgbouncer available to the tests: the one on PATH, else installs it. The tests start it themselves, in front of their own server.
set -u

say() { printf '%s\n' "ensure-pgbouncer: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# Debian puts it where only root looks.
PATH="$PATH:/usr/sbin:/usr/local/sbin"

use() {
  has pgbouncer || return 1
  say "$1 $(command -v pgbouncer) ($(pgbouncer --version 2>/dev/null | head -1))"
}

if use "found"; then exit 0; fi

# `sudo` is run, `shown` is what a person would type, who may be asked for a password.
sudo=
shown=
if [ "$(id -u)" != 0 ] && has sudo; then
  shown="sudo "
  # Without a terminal nobody can type a password: fail instead of waiting for one.
  if [ -t 0 ]; then sudo=sudo; else sudo="sudo -n"; fi
fi
# shellcheck disable=SC2086 # none, one or two words
as_root() { $sudo "$@" >&2; }

advice="install pgbouncer by your package manager"
install() {
  if has apt-get; then
    advice="${shown}apt-get update && ${shown}apt-get install -y pgbouncer"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y pgbouncer && return
    as_root apt-get update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y pgbouncer
  elif has apk; then
    advice="${shown}apk add pgbouncer"
    as_root apk add --no-cache pgbouncer
  elif has brew; then
    advice="brew install pgbouncer"
    brew install pgbouncer >&2
  else
    return 1
  fi
}

# Some packages start it when they are installed. The tests start their own.
stop_service() {
  if has systemctl && [ -d /run/systemd/system ]; then
    if systemctl is-active --quiet pgbouncer; then as_root systemctl disable --now pgbouncer; fi
  elif has service; then
    as_root service pgbouncer stop 2>/dev/null
  fi
  return 0
}

say "pgbouncer is not installed; installing it"
if install && use "installed"; then
  stop_service
  exit 0
fi
say "there is no pgbouncer here, and it could not be installed from here. This should do it: $advice"
exit 1

#!/bin/sh
# Installs settings, service and timer, and starts the timer. Run it as root, where the program is in /usr/local/bin.
# A folder as argument takes the files instead of /, and nothing is started.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-}

install -d -m 755 "$root/etc/f1lake" "$root/etc/systemd/system"
install -m 644 "$here/f1lake.service" "$here/f1lake.timer" "$root/etc/systemd/system/"
# Settings of an earlier installation stay.
if [ ! -e "$root/etc/f1lake/f1lake.toml" ]; then
  install -m 644 "$here/../f1lake.toml" "$root/etc/f1lake/f1lake.toml"
fi
if [ -n "$root" ]; then
  exit 0
fi
systemctl daemon-reload
systemctl enable --now f1lake.timer

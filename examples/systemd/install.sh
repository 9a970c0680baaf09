#!/bin/sh
# Installs settings, service and timer, and starts the timer. Run it as root, with the program in /usr/local/bin.
# With a folder as argument, it installs the files below that folder and starts nothing.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-}

install -d -m 755 "$root/etc/f1lake" "$root/etc/systemd/system"
install -m 644 "$here/f1lake.service" "$here/f1lake.timer" "$root/etc/systemd/system/"
# Existing settings are kept.
if [ ! -e "$root/etc/f1lake/f1lake.toml" ]; then
  install -m 644 "$here/../f1lake.toml" "$root/etc/f1lake/f1lake.toml"
fi
if [ -n "$root" ]; then
  exit 0
fi
systemctl daemon-reload
systemctl enable --now f1lake.timer

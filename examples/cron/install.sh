#!/bin/sh
# Installs the user f1lake, its folders, the settings and the script, and starts the schedule. Run it as root,
# with the program in /usr/local/bin. With a folder as argument, it installs only the files, below that folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-}

install -d -m 755 "$root/usr/local/bin" "$root/etc/f1lake" "$root/var/lib/f1lake"
install -m 755 "$here/f1lake-run" "$root/usr/local/bin/f1lake-run"
# Existing settings are kept.
if [ ! -e "$root/etc/f1lake/f1lake.toml" ]; then
  install -m 644 "$here/../f1lake.toml" "$root/etc/f1lake/f1lake.toml"
fi
if [ -n "$root" ]; then
  exit 0
fi
if ! id f1lake > /dev/null 2>&1; then
  useradd --system --home-dir /var/lib/f1lake --shell /usr/sbin/nologin f1lake
fi
chown f1lake: /var/lib/f1lake
crontab -u f1lake "$here/f1lake.cron"

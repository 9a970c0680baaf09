#!/usr/bin/env bash
# A generated season of races, with telemetry, from the simulator to gold: rows a second, memory, bytes on disk.
#
#   benches/season.sh [RACES] [FOLDER]     default: 24 races in a temporary folder that is removed
#
# F1LAKE names the program (default: the release build). Needs GNU time.
set -euo pipefail
races=${1:-24}
folder=${2:-$(mktemp -d)}
[ $# -ge 2 ] || trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"
here=$(cd "$(dirname "$0")/.." && pwd)
program=${F1LAKE:-${CARGO_TARGET_DIR:-$here/target}/release/f1lake}

"$program" simulate --limits none --seasons 2024 > "$folder/url" 2> /dev/null &
simulator=$!
trap 'kill $simulator 2> /dev/null; [ $# -ge 2 ] || rm -rf "$folder"' EXIT
until [ -s "$folder/url" ]; do sleep 0.1; done
export F1LAKE_BASE_URL=$(cat "$folder/url") F1LAKE_RATE_PER_SECOND=1000 F1LAKE_RATE_PER_MINUTE=100000
export F1LAKE_LIMITER_STATE=$folder/limits.json F1LAKE_LANDING_PATH=$folder/landing F1LAKE_LAKE_PATH=$folder/lake

keys=$("$program" sessions --year 2024 --session-type Race --order oldest --output csv --quiet \
  | awk -F, 'NR > 1 && /,Race,/ { print $1 }' | head -n "$races" | paste -sd,)
bytes() { du -sb "$1" | cut -f1; }

step() { # name, then the command
  local name=$1
  shift
  /usr/bin/time -f '%e %M' -o "$folder/time" "$program" "$@" --quiet > "$folder/$name.txt"
  read -r seconds kilobytes < "$folder/time"
}
rows() { "$program" tables --output csv --quiet | awk -F, -v schema="$1" 'index($1, schema) == 1 { n += $2 } END { print n + 0 }'; }
report() { # name, rows
  awk -v name="$1" -v rows="$2" -v s="$seconds" -v kb="$kilobytes" \
    'BEGIN { printf "%-22s %12d rows %8.1f s %10.0f rows/s %7.0f MB peak\n", name, rows, s, rows / s, kb / 1024 }'
}

step extract extract --session-key "$keys"
landed=$("$program" status --output csv --quiet | awk -F, 'NR > 1 { n += $5 } END { print n + 0 }')
report extract "$landed"
step load load
report load "$(rows bronze_raw)"
awk -v b="$(bytes "$folder/landing")" -v s="$seconds" 'BEGIN { printf "%-22s %12.0f MB of JSON, %.0f MB/s\n", "", b / 1e6, b / 1e6 / s }'
step build build --no-tests
report build "$(($(rows silver_clean) + $(rows gold_analytics)))"
step test test
report "checks" "$(($(rows silver_clean) + $(rows gold_analytics)))"
step again build --no-tests
report "build, nothing changed" 0
for part in landing lake/bronze_raw lake/silver_clean lake/gold_analytics; do
  awk -v part="$part" -v b="$(bytes "$folder/$part")" 'BEGIN { printf "%-22s %12.0f MB on disk\n", part, b / 1e6 }'
done
"$program" sql "select count(*) as location_rows from bronze_raw.bronze_locations" --output csv --quiet | paste -sd' '

#!/bin/sh
# Every night at three, by UTC: takes away what is kept no longer, writes a backup into /backups, keeps the last
# thirty. `nightly.sh now` does it once. A backup holds personal data: copy the folder to another machine, as a secret.
set -eu
folder=${BACKUPS:-/backups}
keep=${KEEP:-30}

night() {
  python -m lib.course tidy
  name="$folder/class-$(date -u +%Y-%m-%dT%H%M%S).backup"
  python -m lib.course backup "$name.unfinished"
  mv "$name.unfinished" "$name"
  ls -1 "$folder"/class-*.backup | sort -r | tail -n "+$((keep + 1))" | while read -r old; do rm -- "$old"; done
}

[ "${1:-}" = now ] && { night; exit; }
trap 'exit 0' TERM INT
while :; do
  sleep $((86400 - ($(date -u +%s) - 10800) % 86400)) & wait $!
  night || echo "This night's backup failed; the next one is tried tomorrow." >&2
done

#!/usr/bin/env bash
# From a fresh clone to a conversation, as a new user meets it; slow, so not part of npm test.
# Needs git, npm, any Node from 20 on. As root it also starts once as an ordinary user.
#   test/e2e/fresh-clone.sh
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
chmod 711 "$work"
# Root's database in a 0700 home is placed elsewhere, and says where.
clean() {
  sed -n 's|.*data in \(/var/lib/tramontane/[^/]*\)/.*|\1|p' "$work"/*.log 2>/dev/null | xargs -r rm -rf
  rm -rf "$work"
}
trap clean EXIT
# What this shell has installed must not help.
PATH=$(printf %s "$PATH" | tr : '\n' | grep -v node_modules | paste -sd: -)

# start <folder> <name> [command in front]: runs npm start until it is ready, stops it, says how long it took.
start() {
  local folder=$1 name=$2 log="$work/$2.log" began=$SECONDS
  shift 2
  (cd "$folder" && exec env TRAMONTANE_PORT=3199 "$@" npm start >"$log" 2>&1) &
  local pid=$!
  until tail -n 1 "$log" 2>/dev/null | grep -q '^ready http://'; do
    if ! kill -0 "$pid" 2>/dev/null || ((SECONDS - began > 300)); then
      cat "$log"
      echo "$name: FAILED"
      exit 1
    fi
    sleep 0.2
  done
  echo "$name: ready after $((SECONDS - began)) s"
  grep -q '^  tool  *database_query' "$log" && grep -q '^  answer ' "$log" || { cat "$log"; echo "$name: no conversation"; exit 1; }
  kill "$pid"
  wait "$pid" || true
  until grep -q '^Stopped\.' "$log"; do sleep 0.1; done
}

mkdir -m 700 "$work/home"
git clone -q "$source" "$work/home/clone"
start "$work/home/clone" 'first-start'
start "$work/home/clone" 'second-start'
if [ "$(id -u)" = 0 ] && id nobody >/dev/null 2>&1; then
  mkdir "$work/user"
  git clone -q "$source" "$work/user/clone"
  chown -R nobody: "$work/user"
  start "$work/user/clone" 'ordinary-user' setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env HOME="$work/user"
  start "$work/user/clone" 'ordinary-user-again' setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups env HOME="$work/user"
fi
echo 'passed'

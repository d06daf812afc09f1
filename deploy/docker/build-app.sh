#!/bin/sh
# What an image holds: the sources of one workspace and of the published packages, without tests, and production
# dependencies. They run as they are; there is no compile step.
#   build-app.sh <checkout> <target> <workspace>
set -eu
checkout=$1
target=$2
workspace=$3

mkdir -p "$target"
cp "$checkout/LICENSE" "$checkout/package.json" "$checkout/package-lock.json" "$target"
for manifest in "$checkout"/packages/*/package.json "$checkout/$workspace/package.json"; do
  folder=$(dirname "${manifest#"$checkout"/}")
  # Private packages are for tests, unless they are what was asked for.
  if grep -q '"private": true' "$manifest" && [ "$folder" != "$workspace" ]; then continue; fi
  mkdir -p "$target/$folder"
  cp "$manifest" "$target/$folder"
  cp -R "$checkout/$folder/src" "$target/$folder"
done
find "$target" \( -name '*.test.ts' -o -name '*.fixture.ts' -o -name '*.test-program.ts' \) -exec rm {} +

cd "$target"
# Optional ones are PostgreSQL's programs and the Node that a checkout brings: the image has a Node, and no database.
npm ci --workspace="$workspace" --omit=dev --omit=optional --omit=peer --ignore-scripts --prefer-offline \
  --no-audit --no-fund --loglevel=error

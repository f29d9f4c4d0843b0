#!/usr/bin/env bash
# Builds editor.bundle.js from editor.js and the versions that package-lock.json pins. Needs Node 18 or newer.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
source=$(cat editor.js package-lock.json | node -p "crypto.createHash('sha256').update(fs.readFileSync(0)).digest('hex')")
node_modules/.bin/esbuild editor.js --bundle --minify --format=esm --target=es2022 --outfile=editor.bundle.js \
  --banner:js="/* CodeMirror 6, MIT License (LICENSE.txt). Built by build.sh from sources with SHA-256 $source */"
cp node_modules/@codemirror/view/LICENSE LICENSE.txt

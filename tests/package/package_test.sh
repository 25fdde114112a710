#!/bin/sh
# Installs Hark into an empty folder, moves it, and builds an outside project against it. Usage: package_test.sh BUILD SOURCE
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$1" --prefix "$folder/first" >/dev/null
mv "$folder/first" "$folder/moved"
headers=$(cd "$folder/moved/include" && find . -type f)
[ "$headers" = ./hark/engine.hpp ] || { echo "installed headers: $headers"; exit 1; }
rules_in() { (cd "$1" && find . -name '*.yaml' -o -name '*.txt' | sort); }
rules_in "$2/rules" >"$folder/rules.here"
rules_in "$folder/moved/share/hark/rules" >"$folder/rules.installed"
diff "$folder/rules.here" "$folder/rules.installed"
cmake -S "$2/tests/package" -B "$folder/build" -G Ninja -DCMAKE_PREFIX_PATH="$folder/moved" >/dev/null
cmake --build "$folder/build"
"$folder/build/embeds_hark"
echo 'Where is my refund?' | "$folder/moved/bin/hark" classify --text | grep -q '"schema":1'

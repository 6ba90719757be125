#!/bin/sh
# Installs the clients into ../.cache/python, from the pinned requirements. Needs python3 (3.9 or newer) with venv.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=$here/../.cache/python
python=${PYTHON:-python3}

wanted=$("$python" --version && cat "$here/build.sh" "$here/requirements-build.txt" "$here/requirements.txt")
if [ -x "$cache/bin/python" ] && [ "$wanted" = "$(cat "$cache/built" 2>/dev/null)" ]; then
  exit 0
fi

rm -rf "$cache"
mkdir -p "$cache"
"$python" -m venv "$cache"
pip() {
  "$cache/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes "$@"
}
pip --requirement "$here/requirements-build.txt"
pip --no-build-isolation --requirement "$here/requirements.txt"
printf '%s\n' "$wanted" >"$cache/built"

#!/bin/sh
# Fetches the client and builds the driver into ../.cache/java.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
exec sh "$here/../../build-java.sh" "$here"

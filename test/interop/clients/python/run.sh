#!/bin/sh
# Starts the driver that it is told: requests on stdin, answers on stdout. build.sh comes first.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
unset PYTHONPATH PYTHONHOME DEBUG
ALIBABA_CLOUD_ECS_METADATA_DISABLED=true
export ALIBABA_CLOUD_ECS_METADATA_DISABLED
exec "$here/../.cache/python/bin/python" -B "$here/$1"

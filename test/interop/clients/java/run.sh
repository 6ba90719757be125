#!/bin/sh
# Starts the driver: requests on stdin, answers on stdout. build.sh comes first.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY DEBUG
unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH
ALIBABA_CLOUD_ECS_METADATA_DISABLED=true
export ALIBABA_CLOUD_ECS_METADATA_DISABLED
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$here/../.cache/java/classes:$here/../.cache/java/lib/*" interop.Driver

#!/bin/sh
# Starts the program: requests on stdin, answers on stdout. ../../build-java.sh comes first.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
unset JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH
exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$here/../.cache/bouncycastle/classes:$here/../.cache/bouncycastle/lib/*" interop.Sm2

#!/bin/sh
# Fetches the client and builds the driver into ../.cache/java; jars.sha256 pins every jar. Needs a JDK of 17 or newer, and Maven 3.6.3 or newer.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cache=$here/../.cache/java
mvn=${MVN:-mvn}
javac=${JAVAC:-javac}

wanted=$("$javac" -version && cat "$here/build.sh" "$here/pom.xml" "$here/jars.sha256" "$here"/src/interop/*.java)
if [ -d "$cache/classes" ] && [ "$wanted" = "$(cat "$cache/built" 2>/dev/null)" ]; then
  exit 0
fi

rm -rf "$cache"
mkdir -p "$cache/lib" "$cache/classes"
cache=$(CDPATH='' cd -- "$cache" && pwd)
"$mvn" --quiet --batch-mode -Dstyle.color=never --strict-checksums --file "$here/pom.xml" \
  dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$cache/lib"
(cd "$cache/lib" && sha256sum --quiet --check "$here/jars.sha256")
# None beside the pinned ones.
[ "$(find "$cache/lib" -type f | wc -l)" -eq "$(wc -l <"$here/jars.sha256")" ]
"$javac" --release 17 -Xlint:all,-path -Werror -cp "$cache/lib/*" -d "$cache/classes" "$here"/src/interop/*.java
printf '%s\n' "$wanted" >"$cache/built"

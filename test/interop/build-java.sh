#!/bin/sh
# Usage: build-java.sh FOLDER. Fetches what FOLDER/pom.xml names and builds FOLDER/src into FOLDER/../.cache/NAME, NAME being that of the folder; FOLDER/jars.sha256 pins every jar. Quick when all is there. Needs a JDK of 17 or newer, and Maven 3.6.3 or newer.
set -eu
this=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
here=$(CDPATH='' cd -- "$1" && pwd)
cache=$(dirname -- "$here")/.cache/$(basename -- "$here")
mvn=${MVN:-mvn}
javac=${JAVAC:-javac}

wanted=$("$javac" -version && cat "$this/build-java.sh" "$here/pom.xml" "$here/jars.sha256" "$here"/src/interop/*.java)
if [ -d "$cache/classes" ] && [ "$wanted" = "$(cat "$cache/built" 2>/dev/null)" ]; then
  exit 0
fi

rm -rf "$cache"
mkdir -p "$cache/lib" "$cache/classes"
"$mvn" --quiet --batch-mode -Dstyle.color=never --strict-checksums --file "$here/pom.xml" \
  dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$cache/lib"
(cd "$cache/lib" && sha256sum --quiet --check "$here/jars.sha256")
# None beside the pinned ones.
[ "$(find "$cache/lib" -type f | wc -l)" -eq "$(wc -l <"$here/jars.sha256")" ]
"$javac" --release 17 -Xlint:all,-path -Werror -cp "$cache/lib/*" -d "$cache/classes" "$here"/src/interop/*.java
printf '%s\n' "$wanted" >"$cache/built"

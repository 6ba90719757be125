#!/bin/sh
# Stores the backup of a data key in a PostgreSQL table, and prints the export only when the backup is committed.
#
#   sh backup-to-postgres.sh create-table
#   sh backup-to-postgres.sh export payments-2026 --key-id alias/payments --pubkey hsm.pem --bind > payments.export.json
#   sh backup-to-postgres.sh show payments-2026 | kmsx reexport-key --in - --pubkey new-hsm.pem
#
# After the name come options of `kmsx export-key`; this script sets --out itself. psql finds the database as usual (PGHOST,
# PGDATABASE, PGUSER, PGPASSFILE, …). KMSX_BACKUP_DIR holds the backup until the commit (default: the current folder).
#
# The order is that of kmsx itself, with one more place:
#   1. The table is tested for whether it accepts a row of that name, and the encryption context of a --context-file
#      (PostgreSQL cannot store NUL or a lone surrogate): foreseeable problems are found before a data key exists.
#   2. kmsx writes the backup to a file on stable storage, and passes the export to this shell, which holds it in memory only.
#   3. The backup becomes a row, in one transaction that is committed to stable storage, and is read back and compared.
#   4. Only then is the export written to standard output, and the file is removed, because the row exists.
# If killed at any moment: no export exists before the row is committed, and until then the file holds the backup.
#
# Exit codes: those of kmsx; 2 for bad usage, 7 if the database did not store the backup, 6 if it changed it.
set -eu
umask 077

table=kmsx_backup
byte_order_mark=$(printf '\357\273\277')

fail() { # CODE MESSAGE HINT
  printf 'backup-to-postgres: error: %s\n' "$2" >&2
  printf 'backup-to-postgres: hint: %s\n' "$3" >&2
  exit "$1"
}

# Everything goes to psql on its standard input, documents too: every user of the machine can see arguments.
database() {
  PGCLIENTENCODING=UTF8 psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1
}

create_table() {
  database <<SQL
CREATE TABLE $table (
  name text PRIMARY KEY,
  document json NOT NULL CHECK (document ->> 'Format' = 'kmsx-backup/1'),
  created_at timestamptz NOT NULL DEFAULT now()
);
SQL
}

# Inserts a row and rolls it back: the table exists, this user may write and read it, and the name is free.
try_insert() { # NAME
  database >/dev/null <<SQL
BEGIN;
INSERT INTO $table (name, document) VALUES ('$1', '{"Format":"kmsx-backup/1"}');
SELECT FROM $table WHERE name = '$1';
ROLLBACK;
SQL
}

# The same with the encryption context from a file. The file is read here and by kmsx, so it must be readable twice. JSON has
# control characters only between its values: each can become a space.
try_context() { # NAME FILE
  [ -f "$2" ] || fail 2 "the context file $2 is not a regular file, but is read twice" \
    'write it to a file first'
  context=$(tr '\000-\037' ' ' <"$2")
  {
    printf '%s\n' 'BEGIN;'
    printf '%s\n' "COPY $table (name, document) FROM STDIN (FORMAT csv, DELIMITER E'\\002', QUOTE E'\\001');"
    printf '%s\002{"Format":"kmsx-backup/1","EncryptionContext":%s}\n' "$1" "${context#"$byte_order_mark"}"
    printf '%s\n' '\.' 'ROLLBACK;'
  } | database >/dev/null ||
    fail 7 "the table $table does not accept the encryption context of $2; no data key was generated" \
      'PostgreSQL stores JSON without \u0000 and without halves of surrogate pairs'
}

check_options() { # NAME OPTION...
  name=$1
  shift
  previous=
  for word in "$@"; do
    case $previous in
      --context-file) try_context "$name" "$word" ;;
    esac
    case $word:$previous in
      --context-file=*) try_context "$name" "${word#*=}" ;;
      --backup-format=blob:* | blob:--backup-format)
        fail 2 'the table takes backup documents, not bare blobs' 'leave --backup-format out'
        ;;
    esac
    previous=$word
  done
}

# One transaction. The document is the only line of its file. With these delimiters COPY takes every byte as it is, because
# JSON on one line has no control characters. A truncated document is never committed.
insert() { # NAME FILE
  {
    printf '%s\n' 'BEGIN;' 'SET LOCAL synchronous_commit = on;'
    printf '%s\n' "COPY $table (name, document) FROM STDIN (FORMAT csv, DELIMITER E'\\002', QUOTE E'\\001');"
    printf '%s\002' "$1"
    cat "$2"
    printf '%s\n' '\.' 'COMMIT;'
  } | database >/dev/null
}

show() { # NAME
  printf "SELECT document FROM %s WHERE name = '%s';\n" "$table" "$1" | database
}

export_key() { # NAME OPTION...
  name=$1
  shift
  case ${KMSX_BACKUP_DIR:-.} in
    secret:*) fail 2 'KMSX_BACKUP_DIR is a folder, not a secret in KMS' 'a folder of that name is ./secret:…' ;;
  esac
  file=${KMSX_BACKUP_DIR:-.}/$name.backup.json
  kept="no export was written; the backup $file is kept"
  later="sh $0 insert $name $file keeps it; kmsx reexport-key --in $file goes on from it"

  try_insert "$name" ||
    fail 7 "the table $table does not accept a backup named $name; no data key was generated" \
      "is the server there (pg_isready), the table (create-table), and the name free (show $name)?"

  check_options "$name" "$@"

  document=$(kmsx export-key "$@" --backup "$file" --out -)
  case $document in
    '{"DryRun":true,'*) # a file of that name is then an older one
      printf '%s\n' "$document"
      return
      ;;
  esac
  [ -s "$file" ] ||
    fail 7 "kmsx wrote no backup $file; no export was written" 'kmsx export-key --help describes --backup'

  insert "$name" "$file" || fail 7 "the database did not confirm the backup; $kept" "$later"
  row=$(show "$name") || fail 7 "the backup cannot be read back; $kept" "$later"
  [ "$row" = "$(cat "$file")" ] || fail 6 "the row differs from $file; $kept" "$later"

  trap '' PIPE # a reader that went away must be reported as an error
  printf '%s\n' "$document" ||
    fail 7 "the export was not delivered; the backup is kept, as the row $name and as $file" "$later"
  rm -f -- "$file"
}

check_name() { # NAME
  case $1 in
    '' | *[!A-Za-z0-9_.-]*) fail 2 'a name has letters, digits, _ . and - only' "$usage" ;;
  esac
}

usage='create-table | export NAME OPTION-OF-EXPORT-KEY... | insert NAME FILE | show NAME'
[ "$#" -ge 1 ] || fail 2 'a command is needed' "$usage"
command=$1
shift
[ "$#" -eq 0 ] || check_name "$1"
case $command:$# in
  create-table:0) create_table ;;
  show:1) show "$1" ;;
  insert:2) insert "$1" "$2" ;;
  export:0 | export:1) fail 2 'a name and options of kmsx export-key are needed' "$usage" ;;
  export:*) export_key "$@" ;;
  *) fail 2 "the command $command is not known, or has other arguments" "$usage" ;;
esac

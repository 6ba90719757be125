#!/bin/sh
# A key ceremony: creates a wrapping key pair, an export, and two verified backups of one new data key.
#
#   SECOND_BACKUP=/media/stick/payments.backup.json PASSPHRASE_FILE=passphrase.txt \
#     sh examples/ceremony.sh alias/payments ./payments-2026 --region cn-hangzhou
#
# The arguments are the KMS key, a folder that does not exist yet, and connection options of kmsx (--profile, --region,
# --gateway, --endpoint, --ca-file, …). Everything else is set by environment variables:
#
#   SECOND_BACKUP       the second backup: a new file on another disk or stick, or secret:NAME. Required.
#   PASSPHRASE_FILE     its first line is the passphrase of the private key file. Required unless PUBKEY is set.
#   CONTEXT             NAME=VALUE, the encryption context (default: ceremony= and the folder's name)
#   PUBKEY              an existing public key; without it a pair is generated, as wrapping.pem and wrapping.pub.pem
#   EXPECT_FINGERPRINT  SHA256:…, the required fingerprint of PUBKEY; without it the script asks on the terminal
#   PRIVKEY             the private key of PUBKEY, if it is a file here; without it the script asks for the check value shown
#                       by the HSM, or by kmsx unwrap-key on a machine without a network
#   UNATTENDED          yes: never ask, for CI
#
# Nothing is left half done. Before the export, a failure leaves no file and no folder. From then on this script deletes
# nothing: it lists the files that exist and says what to do, and there is no record.json. The record is written last: if it
# exists, all ten steps succeeded. No step prints or writes the data key itself. Exit codes are those of kmsx. See
# docs/ceremony.md.
set -eu
umask 077

usage='SECOND_BACKUP=FILE PASSPHRASE_FILE=FILE sh ceremony.sh KEY_ID FOLDER [OPTION-OF-KMS...]; see the head of the script'
second=${SECOND_BACKUP:-} pubkey=${PUBKEY:-} privkey=${PRIVKEY:-}
expected=${EXPECT_FINGERPRINT:-}
passphrase=${PASSPHRASE_FILE:-}
unattended=${UNATTENDED:-no}
folder='' taken='' number=0 doing='' exporting=no finished=no

say() { # TEXT
  printf 'ceremony: %s\n' "$1" >&2 || : # a terminal that went away must not stop the clean-up
}

fail() { # CODE WHY
  say "error: $2"
  exit "$1"
}

step() { # NAME
  number=$((number + 1))
  doing=$1
  say "step $number of 10: $doing"
}

# Prints one value of a JSON text.
field() { # JSON FILTER
  printf '%s\n' "$1" | jq -er "$2" || fail 1 "kmsx printed no $2"
}

ask() { # QUESTION
  { printf 'ceremony: %s ' "$1" >/dev/tty && IFS= read -r answer </dev/tty; } 2>/dev/null ||
    fail 7 'no answer came from the terminal'
}

# Runs kmsx with the option for the passphrase of the private key, if any, before the other arguments.
with_passphrase() { # COMMAND ARGUMENT...
  command=$1
  shift
  [ -z "$passphrase" ] || set -- --passphrase-file "$passphrase" "$@"
  kmsx "$command" "$@"
}

is_file() { # BACKUP-PLACE
  case $1 in secret:*) return 1 ;; esac
}

# --- when a step fails ---

# Before step 5, an existing second backup is not ours. From then on any file except the key pair counts, even a temporary one.
nothing_exported() {
  [ "$exporting" = yes ] || return 0
  [ ! -e "$second" ] || return 1
  for file in "$folder"/* "$folder"/.*.tmp; do
    case $file in "$folder/wrapping.pem" | "$folder/wrapping.pub.pem") continue ;; esac
    [ ! -e "$file" ] || return 1
  done
}

# rmdir removes only an empty folder: files of others are never removed.
undo() {
  if [ -n "$taken" ]; then
    say "this ceremony wrote nothing; $(whose "$taken") and was not touched"
    say 'hint: use another folder for this ceremony'
    return
  fi
  left=nothing
  if [ -n "$folder" ]; then
    rm -f -- "$folder/wrapping.pem" "$folder/wrapping.pub.pem"
    rmdir -- "$folder" || left="$folder, which has files of someone else,"
  fi
  say "no backup and no export was written, and $left is left of this ceremony"
  say 'hint: fix the problem above and start again'
}

whose() { # FOLDER
  for file in "$1/record.json" "$1/export.json" "$1/backup-1.json"; do
    [ ! -e "$file" ] || {
      printf '%s is of an earlier ceremony' "$1"
      return
    }
  done
  printf '%s is not of this ceremony' "$1"
}

tell_what_stands() {
  say 'the ceremony is NOT complete: there is no record.json. A data key was generated, and nothing of it is deleted. These exist:'
  for file in "$backup" "$second" "$export" "$pubkey" "$privkey"; do
    [ ! -f "$file" ] || say "  $file"
  done
  is_file "$second" || say "  $second, unless kmsx says above that it failed"
  if [ -f "$export" ]; then
    say 'hint: use neither the export nor a backup yet; docs/ceremony.md says how to continue by hand'
  else
    say 'hint: there is no export yet: kmsx reexport-key makes one from a backup; docs/ceremony.md says how to continue by hand'
  fi
  say 'hint: or start again in another folder, and keep this one until it is certain that no one uses its data key'
}

ended() { # CODE
  trap '' HUP INT TERM
  trap - EXIT
  [ "$finished" = no ] || exit "$1"
  say "error: step $number of 10 failed with exit code $1: $doing"
  if nothing_exported; then undo; else tell_what_stands; fi
  exit "$1"
}

# --- the steps ---

preflight() { # FOLDER
  step 'the settings, the programs and the folder'
  for setting in "$key_id" "$1" "$second"; do
    [ -n "$setting" ] || fail 2 "usage: $usage"
  done
  for program in kmsx jq; do
    command -v "$program" >/dev/null || fail 7 "$program is not on the PATH (an alias or a function of the shell does not count)"
  done
  version=$(kmsx --version)
  check_settings
  check_terminal
  check_second
  if is_there "$1"; then
    taken=$1
    fail 2 "$1 exists already: every ceremony has a folder of its own"
  fi
  mkdir -m 700 -- "$1" || fail 7 "$1 cannot be made"
  folder=$(cd -- "$1" && pwd)
  backup=$folder/backup-1.json
  export=$folder/export.json
  second=$(absolute "$second") pubkey=$(absolute "$pubkey") privkey=$(absolute "$privkey")
}

# A dangling link exists too.
is_there() { # PATH
  [ -e "$1" ] || [ -L "$1" ]
}

check_second() {
  is_file "$second" || return 0
  ! is_there "$second" ||
    fail 2 "$second exists already, and may be the only backup of another data key: give SECOND_BACKUP a new name"
}

check_settings() {
  case $unattended in yes | no) ;; *) fail 2 'UNATTENDED is yes or no' ;; esac
  [ -z "$passphrase" ] || [ -f "$passphrase" ] || fail 2 "PASSPHRASE_FILE=$passphrase is not a regular file: it is read more than once"
  [ -n "$pubkey" ] || [ -n "$passphrase" ] || fail 2 'PASSPHRASE_FILE is required to generate a key pair'
  [ -n "$pubkey" ] || [ -z "$privkey$expected" ] || fail 2 'PRIVKEY and EXPECT_FINGERPRINT need a PUBKEY to belong to'
}

# If something will have to be asked, there must be a terminal: checked now, and not when a data key exists.
check_terminal() {
  if [ "$unattended" = yes ]; then
    [ -z "$pubkey" ] || [ -n "$privkey" ] || fail 2 'unattended, a PUBKEY needs PRIVKEY'
    [ -z "$pubkey" ] || [ -n "$expected" ] || fail 2 'unattended, a PUBKEY needs EXPECT_FINGERPRINT'
  elif [ -z "$expected" ] || [ -z "$privkey" ]; then
    (: </dev/tty) 2>/dev/null || fail 2 "there is no terminal to ask on: set $(what_is_missing)"
  fi
}

# Without a PUBKEY, only the script itself knows the fingerprint of its pair.
what_is_missing() {
  if [ -z "$pubkey" ]; then
    printf 'UNATTENDED=yes'
  elif [ -n "$privkey" ]; then
    printf 'EXPECT_FINGERPRINT'
  elif [ -n "$expected" ]; then
    printf 'PRIVKEY'
  else
    printf 'EXPECT_FINGERPRINT and PRIVKEY'
  fi
}

absolute() { # PATH
  case $1 in '' | /* | secret:*) printf '%s' "$1" ;; *) printf '%s/%s' "$(pwd)" "$1" ;; esac
}

wrapping_key() {
  step 'the wrapping key pair'
  if [ -n "$pubkey" ]; then
    say "it exists: $pubkey"
    return
  fi
  privkey=$folder/wrapping.pem
  pubkey=$folder/wrapping.pub.pem
  made=$(with_passphrase keygen --privkey-out "$privkey" --pubkey-out "$pubkey")
  [ "$unattended" = no ] || expected=$(field "$made" .PublicKeyFingerprint)
}

fingerprint() {
  step 'the fingerprint of the public key'
  fingerprint=$(kmsx inspect --json -- "$pubkey")
  fingerprint=$(field "$fingerprint" .PublicKeyFingerprint)
  say "$fingerprint"
  say "read aloud: $(spaced "${fingerprint#SHA256:}")"
  if [ -n "$expected" ]; then
    [ "$fingerprint" = "$expected" ] || fail 6 "$pubkey is another key: expected $expected"
    return
  fi
  ask 'is it, digit by digit, what the custodian of the private key reads? (yes or no)'
  [ "$answer" = yes ] || fail 6 'the fingerprint was not confirmed'
}

spaced() { # HEXADECIMAL
  printf '%s\n' "$1" | sed 's/..../& /g; s/ $//'
}

export_key() { # OPTION...
  kmsx export-key --json --key-id "$key_id" --pubkey "$pubkey" --expect-fingerprint "$fingerprint" --bind --context "$context" \
    --backup "$backup" --backup "$second" --out "$export" "$@"
}

dry_run() { # OPTION-OF-KMS...
  step 'the dry run: whether KMS would do it, and every file can be written'
  export_key --dry-run "$@" >/dev/null
}

# From here on a data key may exist.
make_export() { # OPTION-OF-KMS...
  step 'the data key: two backups, then the export'
  exporting=yes
  export_key "$@"
}

verify() { # OPTION-OF-KMS...
  step 'both backups and the export hold the same data key (verify-key)'
  set -- --against "$backup" --against "$second" "$@"
  if [ -n "$privkey" ]; then
    verified=$(with_passphrase verify-key --in "$export" --privkey "$privkey" "$@")
  else
    say "bring $export to where the private key is: into the HSM, or to the machine without a network"
    ask_check_value
    verified=$(kmsx verify-key --expect-check-value "$answer" "$@")
  fi
  check_value=label:$(field "$verified" '.KeyCheckValues[] | select(.Method == "AES-CMAC-LABEL").Value')
}

# A typing error is not a reason to stop now: the script asks again. kmsx decides whether the value is right.
ask_check_value() {
  ask 'which check value is shown there? (label:…, cmac:… or ecb:…)'
  until is_check_value "$answer"; do
    say 'that is not a check value: type its method, a colon and all digits without spaces: label: and 32, cmac: and 10, or ecb: and 6'
    ask 'which check value is shown there? (label:…, cmac:… or ecb:…)'
  done
}

is_check_value() { # TEXT
  case $1 in
    ecb:*) length=6 ;;
    cmac:*) length=10 ;;
    label:*) length=32 ;;
    *) return 1 ;;
  esac
  digits=${1#*:}
  case $digits in *[!0123456789abcdefABCDEF]*) return 1 ;; esac
  [ "${#digits}" -eq "$length" ]
}

check_values() {
  step 'the check values of the export (unwrap-key)'
  if [ -z "$privkey" ]; then
    say 'done already: step 6 compared what was shown where the private key is'
    return
  fi
  with_passphrase unwrap-key --in "$export" --privkey "$privkey" --check-value-only --expect-check-value "$check_value" >/dev/null
}

recover() { # OPTION-OF-KMS...
  step 'each backup opens, with the same check value (recover-key)'
  for place in "$backup" "$second"; do
    say "$place"
    kmsx recover-key --in "$place" --check-value-only --expect-check-value "$check_value" "$@" >/dev/null
  done
}

# Each document must list all the others; the export and the public key must list each other.
inspect_files() {
  step 'the files belong together (inspect)'
  set -- "$export" "$backup"
  if is_file "$second"; then set -- "$@" "$second"; fi
  others=$(($# - 1))
  inspected=$(kmsx inspect --json -- "$@" "$pubkey")
  printf '%s\n' "$inspected" | jq -es --argjson others "$others" --arg pubkey "$pubkey" '
    (.[0].SameWrappingKeyAs | index([$pubkey])) != null and
    all(.[:-1][]; (.SameDataKeyIdAs | length) == $others and (.SameCiphertextBlobAs | length) == $others)' >/dev/null ||
    fail 6 'inspect says that they do not belong together'
}

write_record() {
  step 'the record'
  record=$(printf '%s\n' "$inspected" | jq -s --argjson verified "$verified" --arg backup "$backup" --arg second "$second" \
    --arg started "$started" --arg ended "$(now)" --arg kmsx "$version" '
    .[0] as $export | {
      Ceremony: "complete", StartedAt: $started, EndedAt: $ended, KmsxVersion: $kmsx,
      KeyId: $export.KeyId, KeyVersionId: $export.KeyVersionId, DataKeyId: $export.DataKeyId,
      NumberOfBytes: $export.NumberOfBytes, EncryptionContext: $export.EncryptionContext,
      Region: $export.Region, Endpoint: $export.Endpoint, Rehearsal: ($export.Rehearsal // false),
      WrappingAlgorithm: $export.WrappingAlgorithm, PublicKeyFingerprint: $export.PublicKeyFingerprint,
      CiphertextBlobFingerprint: $export.CiphertextBlobFingerprint,
      ExportedDataKeyFingerprint: $export.Exports[0].ExportedDataKeyFingerprint,
      KeyCheckValues: $verified.KeyCheckValues, AssuranceBits: $verified.AssuranceBits,
      Export: $export.File, Backups: [$backup, $second], PublicKey: .[-1].File,
      RequestIds: { Export: $export.RequestId, Verify: [$verified.Backups[].RequestId] }
    } | del(.[] | nulls)')
  put_in_place "$record" "$folder/record" || fail 7 'the record cannot be written'
  finished=yes
}

# The file is complete and on disk, or does not exist under that name.
put_in_place() { # TEXT FILE-WITHOUT-.json
  printf '%s\n' "$1" >"$2.part" && sync && mv -- "$2.part" "$2.json"
}

now() {
  date -u +%Y-%m-%dT%H:%M:%SZ
}

farewell() {
  say "complete: $folder/record.json"
  say "read aloud: data key $(spaced "$(jq -r .DataKeyId "$folder/record.json")")"
  jq -r '.KeyCheckValues[] | .Method, .Value' "$folder/record.json" | while read -r method && read -r value; do
    say "read aloud: $method $(spaced "$value")"
  done
}

trap 'ended $?' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

key_id=${1:-}
name=${2:-}
[ "$#" -lt 2 ] || shift 2
started=$(now)
preflight "$name"
context=${CONTEXT:-ceremony=${folder##*/}}
wrapping_key
fingerprint
dry_run "$@"
make_export "$@"
verify "$@"
check_values
recover "$@"
inspect_files
write_record
farewell

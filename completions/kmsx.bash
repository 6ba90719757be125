# bash completion for kmsx, made from its command tree. Do not edit.
# shellcheck shell=bash

# Finds the subcommand of $1 that the word $2 names.
_kmsx_find_command() {
  found=
  case "$1 $2" in
    'kmsx export-key') found='kmsx export-key' ;;
    'kmsx reexport-key') found='kmsx reexport-key' ;;
    'kmsx recover-key') found='kmsx recover-key' ;;
    'kmsx reencrypt-key') found='kmsx reencrypt-key' ;;
    'kmsx unwrap-key') found='kmsx unwrap-key' ;;
    'kmsx combine') found='kmsx combine' ;;
    'kmsx verify-key') found='kmsx verify-key' ;;
    'kmsx batch') found='kmsx batch' ;;
    'kmsx list-backups') found='kmsx list-backups' ;;
    'kmsx drill') found='kmsx drill' ;;
    'kmsx keygen') found='kmsx keygen' ;;
    'kmsx inspect') found='kmsx inspect' ;;
    'kmsx doctor') found='kmsx doctor' ;;
    'kmsx store') found='kmsx store' ;;
    'kmsx import-key') found='kmsx import-key' ;;
    'kmsx list-tokens') found='kmsx list-tokens' ;;
    'kmsx list-keys') found='kmsx list-keys' ;;
    'kmsx policy') found='kmsx policy' ;;
    'kmsx ceremony') found='kmsx ceremony' ;;
    'kmsx record') found='kmsx record' ;;
    'kmsx rehearse') found='kmsx rehearse' ;;
    'kmsx local-kms') found='kmsx local-kms' ;;
    'kmsx completion') found='kmsx completion' ;;
    'kmsx version') found='kmsx version' ;;
    'kmsx cache') found='kmsx cache' ;;
    'kmsx help') found='kmsx help' ;;
  esac
}

# Lists the commands and options that may follow the command $1.
_kmsx_list_command() {
  commands=()
  options=(-q --quiet -v --verbose --color --error-format --json -f --force --force-terminal
    --no-input -V --version -h --help)
  case $1 in
    kmsx)
      commands=(export-key reexport-key recover-key reencrypt-key unwrap-key combine verify-key
        batch list-backups drill keygen inspect doctor store import-key list-tokens list-keys policy
        ceremony record rehearse local-kms completion version cache help)
      ;;
    'kmsx export-key')
      options+=(--key-id --pubkey --expect-fingerprint --wrapping-algorithm --wrapping-key-spec
        --key-spec --number-of-bytes --context --context-file --bind -n --dry-run --backup
        --backup-format -o --out --for-token --module --module-parameters --pin-file --pin-env
        --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve
        --timeout --max-attempts --deadline)
      ;;
    'kmsx reexport-key')
      options+=(-i --in --context --context-file --store --store-ca-file --pubkey
        --expect-fingerprint --wrapping-algorithm --wrapping-key-spec -n --dry-run -o --out
        --for-token --module --module-parameters --pin-file --pin-env --profile --region --gateway
        --endpoint --ca-file --resolve --timeout --max-attempts --deadline)
      ;;
    'kmsx recover-key')
      options+=(-i --in --context --context-file --store --store-ca-file --format -o --out
        --check-value-only --check-value-methods --expect-check-value --component --threshold -n
        --dry-run --profile --region --gateway --endpoint --ca-file --resolve --timeout
        --max-attempts --deadline)
      ;;
    'kmsx reencrypt-key')
      options+=(-i --in --context --context-file --store --store-ca-file --to-key-id --to-context
        --to-context-file --source-key-id --source-key-version-id --expect-fingerprint
        --expect-check-value -n --dry-run --backup --profile --region --gateway --endpoint --ca-file
        --resolve --timeout --max-attempts --deadline)
      ;;
    'kmsx unwrap-key')
      options+=(--privkey -i --in --wrapping-algorithm --format -o --out --check-value-only
        --check-value-methods --expect-check-value --component --threshold --timeout
        --passphrase-file --passphrase-env --module --module-parameters --pin-file --pin-env)
      ;;
    'kmsx combine')
      options+=(--format -o --out --check-value-only --check-value-methods --expect-check-value
        --component --threshold)
      ;;
    'kmsx verify-key')
      options+=(-i --in --privkey --wrapping-algorithm --against --expect-check-value
        --check-value-methods --proof --witness --context --context-file --passphrase-file
        --passphrase-env --module --module-parameters --pin-file --pin-env --store --store-ca-file
        --profile --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts
        --deadline)
      ;;
    'kmsx batch')
      options+=(--manifest -o --out --out-dir --backup-dir --journal --concurrency --rate --limit
        --fail-fast --key-id --pubkey --expect-fingerprint --wrapping-algorithm --wrapping-key-spec
        --key-spec --number-of-bytes --bind --context --context-file --to-key-id --to-context
        --to-context-file --privkey --format --check-value-only --check-value-methods
        --passphrase-file --passphrase-env --store --store-ca-file --profile --region --gateway
        --endpoint --ca-file --resolve --timeout --max-attempts --deadline)
      ;;
    'kmsx list-backups')
      options+=(--key-id --proofs --store --store-ca-file --profile --region --gateway --endpoint
        --ca-file --resolve --timeout --max-attempts --deadline)
      ;;
    'kmsx drill')
      options+=(--proofs --check-values --older-than --limit --rate --report --check-value-methods
        --store --store-ca-file --profile --region --gateway --endpoint --ca-file --resolve
        --timeout --max-attempts --deadline)
      ;;
    'kmsx keygen')
      options+=(--wrapping-key-spec --privkey-out --pubkey-out --no-passphrase --label --timeout
        --passphrase-file --passphrase-env --module --module-parameters --token --slot --serial
        --pin-file --pin-env)
      ;;
    'kmsx inspect')
      options+=(--recipe)
      ;;
    'kmsx doctor')
      options+=(--key-id --pubkey --expect-fingerprint --wrapping-algorithm --wrapping-key-spec -i
        --in --context --context-file --for --backup -o --out --store --store-ca-file --profile
        --region --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline)
      ;;
    'kmsx store')
      options+=(--print --store --store-ca-file)
      ;;
    'kmsx import-key')
      options+=(--privkey --label --id -i --in -o --out --wrapping-algorithm --expect-check-value
        --check-value-methods --rehearsal --timeout --module --module-parameters --pin-file
        --pin-env)
      ;;
    'kmsx list-tokens')
      options+=(--probe --timeout --module --module-parameters --token --slot --serial --pin-file
        --pin-env)
      ;;
    'kmsx list-keys')
      options+=(--aliases --rate --state --spec --usage --usable --profile --region --gateway
        --endpoint --ca-file --resolve --timeout --max-attempts --deadline)
      ;;
    'kmsx policy')
      options+=(--key-id --for --to-key-id --source-key-id --several-pubkeys --backup -i --in
        --place --context --context-file --store --store-ca-file --check --profile --region
        --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline)
      ;;
    'kmsx ceremony')
      options+=(--online -o --out --folder --resume --passphrase-file --passphrase-env --module
        --module-parameters --pin-file --pin-env --store --store-ca-file --profile --region
        --gateway --endpoint --ca-file --resolve --timeout --max-attempts --deadline)
      ;;
    'kmsx record')
      options+=(--head --allowed-signers --threshold --type -i --in --by --text --accept-head -o
        --out)
      ;;
    'kmsx rehearse')
      options+=(--keep)
      ;;
    'kmsx local-kms')
      options+=(--port --state --seed --tls --fault --env)
      ;;
  esac
}

# Finds what the option $2 of the command $1 takes. An option that is not listed is a flag.
_kmsx_find_option() {
  takes='' required=1 greedy='' repeatable='' names=("$2") values=()
  case $2 in
    -q | --quiet) names=(-q --quiet) ;;
    -v | --verbose) names=(-v --verbose) ;;
    --color) takes=values values=(auto always never) ;;
    --error-format) takes=values values=(text json) ;;
    -f | --force) names=(-f --force) ;;
    -V | --version) names=(-V --version) ;;
    -h | --help) names=(-h --help) ;;
  esac
  case $1 in
    'kmsx export-key')
      case $2 in
        --key-id | --number-of-bytes | --for-token | --module | --module-parameters | --pin-env | --store | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --pubkey | --backup) takes=files repeatable=1 ;;
        --expect-fingerprint | --context | --resolve) takes=none repeatable=1 ;;
        --wrapping-algorithm) takes=values values=(RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE) ;;
        --wrapping-key-spec) takes=values values=(RSA_2048 EC_SM2) ;;
        --key-spec) takes=values values=(AES_256 AES_128) ;;
        --context-file | --pin-file | --store-ca-file | --ca-file) takes=files ;;
        -n | --dry-run) names=(-n --dry-run) ;;
        --backup-format) takes=values values=(json blob) ;;
        -o | --out) takes=files names=(-o --out) ;;
        --gateway) takes=values values=(public vpc local) ;;
      esac
      ;;
    'kmsx reexport-key')
      case $2 in
        -i | --in) takes=files names=(-i --in) ;;
        --context | --expect-fingerprint | --resolve) takes=none repeatable=1 ;;
        --context-file | --store-ca-file | --pin-file | --ca-file) takes=files ;;
        --store | --for-token | --module | --module-parameters | --pin-env | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --pubkey) takes=files repeatable=1 ;;
        --wrapping-algorithm) takes=values values=(RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE) ;;
        --wrapping-key-spec) takes=values values=(RSA_2048 EC_SM2) ;;
        -n | --dry-run) names=(-n --dry-run) ;;
        -o | --out) takes=files names=(-o --out) ;;
        --gateway) takes=values values=(public vpc local) ;;
      esac
      ;;
    'kmsx recover-key')
      case $2 in
        -i | --in) takes=files names=(-i --in) ;;
        --context | --expect-check-value | --resolve) takes=none repeatable=1 ;;
        --context-file | --store-ca-file | --ca-file) takes=files ;;
        --store | --threshold | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --format) takes=values values=(base64 hex raw) ;;
        -o | --out) takes=files names=(-o --out) ;;
        --check-value-methods) takes=values values=(ecb cmac label sha256) ;;
        --component) takes=files repeatable=1 ;;
        -n | --dry-run) names=(-n --dry-run) ;;
        --gateway) takes=values values=(public vpc local) ;;
      esac
      ;;
    'kmsx reencrypt-key')
      case $2 in
        -i | --in) takes=files names=(-i --in) ;;
        --context | --to-context | --expect-check-value | --resolve) takes=none repeatable=1 ;;
        --context-file | --store-ca-file | --to-context-file | --ca-file) takes=files ;;
        --store | --to-key-id | --source-key-id | --source-key-version-id | --expect-fingerprint | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        -n | --dry-run) names=(-n --dry-run) ;;
        --backup) takes=files repeatable=1 ;;
        --gateway) takes=values values=(public vpc local) ;;
      esac
      ;;
    'kmsx unwrap-key')
      case $2 in
        --privkey | --passphrase-file | --pin-file) takes=files ;;
        -i | --in) takes=files names=(-i --in) ;;
        --wrapping-algorithm) takes=values values=(RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE) ;;
        --format) takes=values values=(base64 hex raw) ;;
        -o | --out) takes=files names=(-o --out) ;;
        --check-value-methods) takes=values values=(ecb cmac label sha256) ;;
        --expect-check-value) takes=none repeatable=1 ;;
        --component) takes=files repeatable=1 ;;
        --threshold | --timeout | --passphrase-env | --module | --module-parameters | --pin-env) takes=none ;;
      esac
      ;;
    'kmsx combine')
      case $2 in
        --format) takes=values values=(base64 hex raw) ;;
        -o | --out) takes=files names=(-o --out) ;;
        --check-value-methods) takes=values values=(ecb cmac label sha256) ;;
        --expect-check-value) takes=none repeatable=1 ;;
        --component) takes=files repeatable=1 ;;
        --threshold) takes=none ;;
      esac
      ;;
    'kmsx verify-key')
      case $2 in
        -i | --in) takes=files names=(-i --in) ;;
        --privkey | --against) takes=files repeatable=1 ;;
        --wrapping-algorithm) takes=values values=(RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE) ;;
        --expect-check-value | --context | --resolve) takes=none repeatable=1 ;;
        --check-value-methods) takes=values values=(ecb cmac label sha256) ;;
        --proof | --context-file | --passphrase-file | --pin-file | --store-ca-file | --ca-file) takes=files ;;
        --passphrase-env | --module | --module-parameters | --pin-env | --store | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --gateway) takes=values values=(public vpc local) ;;
      esac
      ;;
    'kmsx batch')
      case $2 in
        --manifest | --journal | --context-file | --to-context-file | --privkey | --passphrase-file | --store-ca-file | --ca-file) takes=files ;;
        -o | --out) takes=files names=(-o --out) ;;
        --out-dir | --backup-dir) takes=folders ;;
        --concurrency | --rate | --limit | --key-id | --number-of-bytes | --to-key-id | --passphrase-env | --store | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --pubkey) takes=files repeatable=1 ;;
        --expect-fingerprint | --context | --to-context | --resolve) takes=none repeatable=1 ;;
        --wrapping-algorithm) takes=values values=(RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE) ;;
        --wrapping-key-spec) takes=values values=(RSA_2048 EC_SM2) ;;
        --key-spec) takes=values values=(AES_256 AES_128) ;;
        --format) takes=values values=(base64 hex raw) ;;
        --check-value-methods) takes=values values=(ecb cmac label sha256) ;;
        --gateway) takes=values values=(public vpc local) ;;
      esac
      ;;
    'kmsx list-backups')
      case $2 in
        --key-id | --proofs | --store | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --store-ca-file | --ca-file) takes=files ;;
        --gateway) takes=values values=(public vpc local) ;;
        --resolve) takes=none repeatable=1 ;;
      esac
      ;;
    'kmsx drill')
      case $2 in
        --proofs | --older-than | --limit | --rate | --store | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --check-values | --report | --store-ca-file | --ca-file) takes=files ;;
        --check-value-methods) takes=values values=(ecb cmac label sha256) ;;
        --gateway) takes=values values=(public vpc local) ;;
        --resolve) takes=none repeatable=1 ;;
      esac
      ;;
    'kmsx keygen')
      case $2 in
        --wrapping-key-spec) takes=values values=(RSA_2048 EC_SM2) ;;
        --privkey-out | --pubkey-out | --passphrase-file | --pin-file) takes=files ;;
        --label | --timeout | --passphrase-env | --module | --module-parameters | --token | --slot | --serial | --pin-env) takes=none ;;
      esac
      ;;
    'kmsx inspect')
      case $2 in
        --recipe) takes=values values=(openssl pkcs11-tool) ;;
      esac
      ;;
    'kmsx doctor')
      case $2 in
        --key-id | --store | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --pubkey | --backup) takes=files repeatable=1 ;;
        --expect-fingerprint | --context | --resolve) takes=none repeatable=1 ;;
        --wrapping-algorithm) takes=values values=(RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE) ;;
        --wrapping-key-spec) takes=values values=(RSA_2048 EC_SM2) ;;
        -i | --in) takes=files names=(-i --in) ;;
        --context-file | --store-ca-file | --ca-file) takes=files ;;
        --for) takes=values values=(export-key reexport-key recover-key reencrypt-key verify-key) ;;
        -o | --out) takes=files names=(-o --out) ;;
        --gateway) takes=values values=(public vpc local) ;;
      esac
      ;;
    'kmsx store')
      case $2 in
        --store) takes=none ;;
        --store-ca-file) takes=files ;;
      esac
      ;;
    'kmsx import-key')
      case $2 in
        --privkey | --expect-check-value) takes=none repeatable=1 ;;
        --label | --id | --timeout | --module | --module-parameters | --pin-env) takes=none ;;
        -i | --in) takes=files names=(-i --in) ;;
        -o | --out) takes=files names=(-o --out) ;;
        --wrapping-algorithm) takes=values values=(RSAES_OAEP_SHA_256 RSAES_OAEP_SHA_1 SM2PKE) ;;
        --check-value-methods) takes=values values=(ecb cmac label sha256) ;;
        --pin-file) takes=files ;;
      esac
      ;;
    'kmsx list-tokens')
      case $2 in
        --timeout | --module | --module-parameters | --token | --slot | --serial | --pin-env) takes=none ;;
        --pin-file) takes=files ;;
      esac
      ;;
    'kmsx list-keys')
      case $2 in
        --rate | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --state) takes=values values=(Enabled Disabled PendingDeletion PendingImport) repeatable=1 ;;
        --spec) takes=values values=(Aliyun_AES_256 Aliyun_AES_192 Aliyun_AES_128 Aliyun_SM4 RSA_2048 RSA_3072 RSA_4096 EC_P256 EC_P256K EC_SM2) repeatable=1 ;;
        --usage) takes=values values=(ENCRYPT/DECRYPT SIGN/VERIFY) repeatable=1 ;;
        --gateway) takes=values values=(public vpc local) ;;
        --ca-file) takes=files ;;
        --resolve) takes=none repeatable=1 ;;
      esac
      ;;
    'kmsx policy')
      case $2 in
        --key-id | --to-key-id | --source-key-id | --store | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --for) takes=values values=(export-key reexport-key recover-key reencrypt-key verify-key list-backups drill list-keys doctor) ;;
        --backup | --place | --context | --resolve) takes=none repeatable=1 ;;
        -i | --in) takes=files repeatable=1 names=(-i --in) ;;
        --context-file | --store-ca-file | --ca-file) takes=files ;;
        --gateway) takes=values values=(public vpc local) ;;
      esac
      ;;
    'kmsx ceremony')
      case $2 in
        -o | --out) takes=files names=(-o --out) ;;
        --folder) takes=folders ;;
        --passphrase-file | --pin-file | --store-ca-file | --ca-file) takes=files ;;
        --passphrase-env | --module | --module-parameters | --pin-env | --store | --profile | --region | --endpoint | --timeout | --max-attempts | --deadline) takes=none ;;
        --gateway) takes=values values=(public vpc local) ;;
        --resolve) takes=none repeatable=1 ;;
      esac
      ;;
    'kmsx record')
      case $2 in
        --head | --threshold | --text | --accept-head) takes=none ;;
        --allowed-signers) takes=files ;;
        --type) takes=values values=(import proof destruction note) ;;
        -i | --in) takes=files names=(-i --in) ;;
        --by) takes=none repeatable=1 ;;
        -o | --out) takes=files names=(-o --out) ;;
      esac
      ;;
    'kmsx rehearse')
      case $2 in
        --keep) takes=folders ;;
      esac
      ;;
    'kmsx local-kms')
      case $2 in
        --port) takes=none ;;
        --state) takes=folders ;;
        --seed) takes=files ;;
        --fault) takes=none repeatable=1 ;;
      esac
      ;;
  esac
}

# Finds what the operand number $2 (from 0) of the command $1 takes.
_kmsx_find_operand() {
  takes='' values=()
  case "$1 $2" in
    'kmsx combine '*) takes=files ;;
    'kmsx batch 0') takes=values values=(export-key reexport-key reencrypt-key verify-key unwrap-key) ;;
    'kmsx list-backups '*) takes=none ;;
    'kmsx drill '*) takes=none ;;
    'kmsx inspect '*) takes=files ;;
    'kmsx store 0') takes=values values=(init check) ;;
    'kmsx ceremony 0') takes=values values=(plan check script run) ;;
    'kmsx ceremony 1') takes=none ;;
    'kmsx record 0') takes=values values=(verify head print add) ;;
    'kmsx record 1') takes=none ;;
    'kmsx local-kms '*) takes=values values=(export-key reexport-key recover-key reencrypt-key unwrap-key combine verify-key batch list-backups drill keygen inspect doctor store import-key list-tokens list-keys policy ceremony record rehearse local-kms completion version cache help) ;;
    'kmsx completion 0') takes=values values=(bash zsh fish) ;;
    'kmsx help 0') takes=values values=(export-key reexport-key recover-key reencrypt-key unwrap-key combine verify-key batch list-backups drill keygen inspect doctor store import-key list-tokens list-keys policy ceremony record rehearse local-kms completion version cache help lost-hsm move-key air-gap ci exit-codes errors environment documents terms) ;;
    'kmsx help 1') takes=none ;;
  esac
}

# Joins the words before the cursor into words and current, the last one: bash keeps its beginning, kept,
# and replaces the rest.
_kmsx_read_words() {
  local line=${COMP_LINE-} typed=${2-${COMP_WORDS[COMP_CWORD]}} piece='' previous joined i
  line=${line#"${line%%[![:space:]]*}"}
  for ((i = 1; i <= COMP_CWORD; i++)); do
    line=${line#*"${COMP_WORDS[i - 1]}"}
    previous=$piece
    piece=${COMP_WORDS[i]}
    joined=
    if [[ $i -gt 1 && $line != [[:space:]]* ]]; then
      if [[ $piece == [=:@]* || $previous == *[=:@\"\'] ]]; then
        current+=$piece
        continue
      fi
      # The number in 2>file is not a word of the command.
      if [[ $piece == [\<\>]* && $current != *[!0-9]* ]]; then joined=1; fi
    fi
    if [[ $i -gt 1 && -z $joined ]]; then words+=("$current"); fi
    current=$piece
  done
  if [[ $typed == [=:]* ]]; then typed=; fi
  kept=${current%"$typed"*}
  kept=${kept%[\"\']}
  current=$kept$typed
}

# Handles one word before the cursor.
_kmsx_take_word() {
  if [[ -n $redirected ]]; then
    redirected=
  elif [[ $1 == [\<\>\&]* ]]; then
    redirected=1
  elif [[ -n $pending ]]; then
    pending=
  elif [[ -z $ended && $1 == -- ]]; then
    ended=1 more=
  elif [[ -z $ended && $1 == -?* ]]; then
    _kmsx_take_option "$1"
  elif [[ -n $more ]]; then
    if [[ -z $more_greedy ]]; then more=; fi
  else
    found=
    if [[ $operands -eq 0 ]]; then _kmsx_find_command "$command" "$1"; fi
    if [[ -n $found ]]; then command=$found; else operands=$((operands + 1)); fi
  fi
}

_kmsx_take_option() {
  local option=${1%%=*} rest='' name
  more=
  if [[ $1 != --* ]]; then option=${1:0:2} rest=${1:2}; fi
  while :; do
    _kmsx_find_option "$command" "$option"
    if [[ -z $repeatable ]]; then
      for name in "${names[@]}"; do given+="$name "; done
    fi
    if [[ -z $rest || -n $takes ]]; then break; fi
    option=-${rest:0:1} rest=${rest:1}
  done
  if [[ -z $takes || -n $rest || $1 == --*=* ]]; then return; fi
  if [[ -n $required ]]; then pending=$option; fi
  if [[ -z $required || -n $greedy ]]; then more=$option more_greedy=$greedy; fi
}

# Offers $1, after prefix, if it continues the current word.
_kmsx_offer() {
  local candidate=$prefix$1
  if [[ $candidate == "$current"* ]]; then COMPREPLY+=("${candidate#"$kept"}"); fi
}

_kmsx_offer_options() {
  local name
  for name in ${options[@]+"${options[@]}"}; do
    if [[ $given != *" $name "* ]]; then _kmsx_offer "$name"; fi
  done
}

# Offers candidates as takes and values describe them.
_kmsx_offer_value() {
  local value
  case $takes in
    values) for value in "${values[@]}"; do _kmsx_offer "$value"; done ;;
    files) _kmsx_offer_paths -f bashdefault default ;;
    folders) _kmsx_offer_paths -d dirnames ;;
  esac
}

# Leaves files to readline, which handles quotes, ~ and variables, if it starts at the right place.
_kmsx_offer_paths() {
  local action=$1 path option
  shift
  if [[ $kept == "$prefix" ]]; then
    for option in "$@"; do compopt -o "$option" 2>/dev/null; done
    return
  fi
  while IFS= read -r path; do
    if [[ -d $path ]]; then
      path+=/
      compopt -o nospace 2>/dev/null
    fi
    _kmsx_offer "$path"
  done < <(compgen "$action" -- "${current#"$prefix"}")
  compopt -o filenames 2>/dev/null
}

_kmsx_offer_operands() {
  local name
  if [[ $operands -eq 0 ]]; then
    for name in ${commands[@]+"${commands[@]}"}; do _kmsx_offer "$name"; done
  fi
  _kmsx_find_operand "$command" "$operands"
  _kmsx_offer_value
  if [[ -z $current && -z $takes && -z $ended && ${#COMPREPLY[@]} -eq 0 ]]; then
    _kmsx_offer_options
  fi
}

_kmsx() {
  local command=kmsx current='' kept='' prefix='' pending='' more='' more_greedy='' ended=''
  local redirected='' given=' ' operands=0 found takes required greedy repeatable word
  local -a words names values commands options
  COMPREPLY=()
  _kmsx_read_words "$@"
  for word in ${words[@]+"${words[@]}"}; do _kmsx_take_word "$word"; done
  _kmsx_list_command "$command"
  if [[ -n $redirected ]]; then
    takes=files
    _kmsx_offer_value
  elif [[ -n $pending ]]; then
    _kmsx_find_option "$command" "$pending"
    _kmsx_offer_value
  elif [[ -z $ended && $current == --*=* ]]; then
    prefix=${current%%=*}=
    _kmsx_find_option "$command" "${current%%=*}"
    _kmsx_offer_value
  elif [[ -z $ended && $current == -* ]]; then
    _kmsx_offer_options
  elif [[ -n $more ]]; then
    _kmsx_find_option "$command" "$more"
    _kmsx_offer_value
  else
    _kmsx_offer_operands
  fi
}

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] > 400)); then
  complete -F _kmsx kmsx
else # compopt is missing, or takes effect too late
  complete -o default -F _kmsx kmsx
fi

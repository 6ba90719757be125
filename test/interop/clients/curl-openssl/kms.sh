#!/bin/sh
# A client of KMS made of curl, openssl and the shell, written from the published documentation alone:
# signature version 3 (ACS3, with SHA-256 or SM3), signature version 4 (ACS4), and signature version 1.0 of RPC.
#
#   kms.sh ACTION [NAME=VALUE…]
#
# Prints the answer's body, and the HTTP status on a line of its own after it. What it needs it takes from the environment:
#   KMS_ENDPOINT           https://HOST[:PORT]
#   KMS_ACCESS_KEY_ID, KMS_ACCESS_KEY_SECRET, KMS_SECURITY_TOKEN (optional)
#   KMS_SIGNATURE          ACS3-HMAC-SHA256 (default), ACS3-HMAC-SM3, ACS4-HMAC-SHA256, HMAC-SHA1
#   KMS_METHOD             POST (default), GET
#   KMS_PARAMETERS_IN      query (default), form
#   KMS_CA_FILE            certificates to trust (optional)
#
# curl reads URL, headers and body from stdin, so that they stay out of its arguments. openssl has no such way for an
# HMAC key: the secret is among its arguments, which other users of the machine can see. It is a test's own key.
set -eu
LC_ALL=C
export LC_ALL

version=2016-01-20
signature_scheme=${KMS_SIGNATURE:-ACS3-HMAC-SHA256}
method=${KMS_METHOD:-POST}
parameters_in=${KMS_PARAMETERS_IN:-query}
token=${KMS_SECURITY_TOKEN:-}
host=${KMS_ENDPOINT#*://}
date=$(date -u +%Y-%m-%dT%H:%M:%SZ)
nonce=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
action=$1
shift

# Percent-encodes stdin as RFC 3986 has it: all but letters, digits and - _ . ~
encode() { od -An -v -tu1 | awk "$percent"' { for (i = 1; i <= NF; i++) printf "%s", encoded[$i] }'; }
percent='BEGIN {
  for (i = 0; i < 256; i++) {
    character = sprintf("%c", i)
    encoded[i] = i < 128 && character ~ /[A-Za-z0-9._~-]/ ? character : sprintf("%%%02X", i)
  }
}'

# Turns NAME=VALUE arguments into encoded pairs, one a line, sorted. A NUL ends each; 61 is the equals sign.
pairs() {
  [ $# -eq 0 ] || printf '%s\0' "$@" | od -An -v -tu1 | awk "$percent"' {
    for (i = 1; i <= NF; i++) {
      if ($i == 0) { print ""; in_value = 0 }
      else if ($i == 61 && !in_value) { printf "="; in_value = 1 }
      else printf "%s", encoded[$i]
    }
  }' | sort -t = -k 1,1
}

joined() { paste -s -d '&' -; }

# The digest of stdin in hex; the HMAC of stdin in hex under a key in hex.
digest() { openssl dgst "-$1" -r | first_word; }
hmac() { openssl dgst "-$1" -mac HMAC -macopt "hexkey:$2" -r | first_word; }
first_word() { read -r word _ && echo "$word"; }
hex() { od -An -v -tx1 | tr -d ' \n'; }

query=''
form=''
headers=''

sign_version_1() {
  set -- "$@" "Action=$action" Format=JSON "Version=$version" "Timestamp=$date" "SignatureNonce=$nonce" \
    SignatureMethod=HMAC-SHA1 SignatureVersion=1.0 "AccessKeyId=$KMS_ACCESS_KEY_ID"
  [ -z "$token" ] || set -- "$@" "SecurityToken=$token"
  parameters=$(pairs "$@" | joined)
  to_sign="$method&%2F&$(printf %s "$parameters" | encode)"
  key=$(printf '%s&' "$KMS_ACCESS_KEY_SECRET" | hex)
  signature=$(printf %s "$to_sign" | openssl dgst -sha1 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)
  parameters="$parameters&Signature=$(printf %s "$signature" | encode)"
  if [ "$parameters_in" = form ]; then form=$parameters; else query=$parameters; fi
}

sign_version_3_or_4() {
  parameters=$(pairs "$@" | joined)
  if [ "$parameters_in" = form ]; then form=$parameters; else query=$parameters; fi
  case $signature_scheme in
    *-SM3) hash=sm3 content_header=x-acs-content-sm3 ;;
    *) hash=sha256 content_header=x-acs-content-sha256 ;;
  esac
  content=$(printf %s "$form" | digest "$hash")
  signed=$(
    {
      [ "$parameters_in" != form ] || echo 'content-type:application/x-www-form-urlencoded'
      echo "host:$host"
      [ -z "$token" ] || printf 'x-acs-accesskey-id:%s\n' "$KMS_ACCESS_KEY_ID"
      echo "x-acs-action:$action"
      echo "$content_header:$content"
      echo "x-acs-date:$date"
      [ -z "$token" ] || printf 'x-acs-security-token:%s\n' "$token"
      echo "x-acs-signature-nonce:$nonce"
      echo "x-acs-version:$version"
    } | sort -t : -k 1,1
  )
  names=$(printf '%s\n' "$signed" | cut -d : -f 1 | paste -s -d ';' -)
  canonical=$(printf '%s\n/\n%s\n%s\n\n%s\n%s' "$method" "$query" "$signed" "$names" "$content")
  to_sign=$(printf '%s\n%s' "$signature_scheme" "$(printf %s "$canonical" | digest "$hash")")
  credential=$KMS_ACCESS_KEY_ID
  key=$(printf %s "$KMS_ACCESS_KEY_SECRET" | hex)
  if [ "$signature_scheme" = ACS4-HMAC-SHA256 ]; then
    day=$(printf %s "${date%%T*}" | tr -d -)
    region=$(region)
    key=$(printf aliyun_v4%s "$KMS_ACCESS_KEY_SECRET" | hex)
    for part in "$day" "$region" Kms aliyun_v4_request; do
      key=$(printf %s "$part" | hmac sha256 "$key")
    done
    credential=$credential/$day/$region/Kms/aliyun_v4_request
  fi
  signature=$(printf %s "$to_sign" | hmac "$hash" "$key")
  headers=$(printf '%s\n' "$signed" | sed '/^host:/d; s/:/: /')
  headers="$headers
authorization: $signature_scheme Credential=$credential,SignedHeaders=$names,Signature=$signature"
}

# The region of a host in the ACS4 scheme: the second of two labels before .aliyuncs.com, else "center".
region() {
  case $host in
    *.*.*.aliyuncs.com) echo center ;;
    *.*.aliyuncs.com)
      label=${host%.aliyuncs.com}
      echo "${label#*.}"
      ;;
    *) echo center ;;
  esac
}

# A string in curl's configuration file.
quoted() { sed 's/[\\"]/\\&/g; s/^/"/; s/$/"/'; }

case $signature_scheme in
  HMAC-SHA1) sign_version_1 "$@" ;;
  ACS3-HMAC-SHA256 | ACS3-HMAC-SM3 | ACS4-HMAC-SHA256) sign_version_3_or_4 "$@" ;;
  *)
    echo "kms.sh: unknown signature scheme $signature_scheme" >&2
    exit 2
    ;;
esac

{
  printf 'url = %s\n' "$(printf %s "$KMS_ENDPOINT/${query:+?$query}" | quoted)"
  printf 'request = "%s"\n' "$method"
  [ -z "$headers" ] || printf '%s\n' "$headers" | quoted | sed 's/^/header = /'
  if [ "$method" = POST ]; then printf 'data-raw = %s\n' "$(printf %s "$form" | quoted)"; fi
  # curl would call any body a form; without one there is none.
  [ "$parameters_in" = form ] || echo 'header = "content-type:"'
  [ -z "${KMS_CA_FILE:-}" ] || printf 'cacert = %s\n' "$(printf %s "$KMS_CA_FILE" | quoted)"
  printf '%s\n' 'write-out = "\n%{http_code}"'
} | curl --disable --silent --show-error --noproxy '*' --max-time 60 --config -

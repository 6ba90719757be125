#!/bin/sh
# Makes the certificates of this folder anew, with the openssl program. They are test keys: worth nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# issue NAME EXTENSION NOT-AFTER AUTHORITY-OPTION...
issue() {
  name=$1 extension=$2 end=$3
  shift 3
  cat > "$work/ca.conf" <<CONF
[ca]
default_ca = d
[d]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = p
unique_subject = no
[p]
commonName = supplied
[x]
$extension
CONF
  : > "$work/index"
  openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$name.key.pem"
  openssl req -new -key "$name.key.pem" -subj "/CN=kmsx TEST $name, trust it nowhere" -out "$work/csr.pem"
  openssl ca -batch -notext -config "$work/ca.conf" -extensions x -startdate 20200101000000Z -enddate "$end" \
    -in "$work/csr.pem" -out "$name.pem" "$@"
  chmod 644 "$name.key.pem"
}

far=21200101000000Z
issue ca 'basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash' $far -selfsign -keyfile ca.key.pem
mv ca.key.pem "$work/ca.key.pem"

by_authority="-cert ca.pem -keyfile $work/ca.key.pem"
# shellcheck disable=SC2086 # two options
{
  issue localhost 'subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1' $far $by_authority
  issue instance 'subjectAltName = DNS:kst-x.cryptoservice.kms.aliyuncs.com' $far $by_authority
  issue sts 'subjectAltName = DNS:sts.aliyuncs.com' $far $by_authority
  issue address 'subjectAltName = IP:192.0.2.1' $far $by_authority
  issue expired 'subjectAltName = DNS:localhost, IP:127.0.0.1' 20210101000000Z $by_authority
}
issue self-signed 'subjectAltName = DNS:localhost, IP:127.0.0.1' $far -selfsign -keyfile self-signed.key.pem

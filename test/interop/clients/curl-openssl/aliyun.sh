#!/bin/sh
# As much of Alibaba Cloud's command line, version 3.4, as a witness needs: it decides as the real one does as whom,
# where and by which route it asks (its config/profile.go and config/configuration.go), and kms.sh makes the call.
#
#   aliyun.sh kms ACTION [--OPTION VALUE…] [--NAME VALUE…]
#
# Modes AK, StsToken and CredentialsURI ask; of the others it says on stderr that it would ask so, and fails. What it is
# called with, and as whom it asks, goes to aliyun.log in the working directory.
set -eu
here=$(dirname "$0")
printf '%s\n' "$*" >> aliyun.log

fail() {
  printf 'ERROR: %s\n' "$*" >&2
  exit 3
}

# The first of the variables that is set and not empty.
first() {
  for name in "$@"; do
    eval "value=\${$name:-}"
    if [ -n "$value" ]; then
      printf %s "$value"
      return
    fi
  done
}

[ "$1" = kms ] || fail "$1 is not a product"
action=$2
shift 2
scheme=https endpoint='' profile_name='' mode='' region='' session=''
count=$#
while [ "$count" -gt 0 ]; do
  case $1 in
    --secure | --insecure)
      if [ "$1" = --insecure ]; then scheme=http; fi
      shift
      count=$((count - 1))
      continue
      ;;
    --*=*)
      option=${1%%=*} value=${1#*=}
      shift
      count=$((count - 1))
      ;;
    *)
      option=$1 value=$2
      case $value in --*) fail "$option has no value" ;; esac
      shift 2
      count=$((count - 2))
      ;;
  esac
  case $option in
    --endpoint) endpoint=$value ;;
    --profile) profile_name=$value ;;
    --mode) mode=$value ;;
    --region) region=$value ;;
    --role-session-name) session=$value ;;
    *) set -- "$@" "${option#--}=$value" ;;
  esac
done

# The profile; where it is ignored there is an empty one in cn-hangzhou.
profile='{}'
if [ "$(first ALIBABA_CLOUD_IGNORE_PROFILE ALIBABACLOUD_IGNORE_PROFILE)" = TRUE ]; then
  profile='{"region_id":"cn-hangzhou"}'
elif [ -e "$HOME/.aliyun/config.json" ]; then
  : "${profile_name:=$(first ALIBABACLOUD_PROFILE ALIBABA_CLOUD_PROFILE ALICLOUD_PROFILE)}"
  : "${profile_name:=$(jq -r '.current // ""' "$HOME/.aliyun/config.json")}"
  profile=$(jq -ec --arg name "$profile_name" '.profiles[] | select(.name == $name)' "$HOME/.aliyun/config.json") ||
    fail "unknown profile $profile_name, run configure to check"
elif [ -n "$(first ALIBABA_CLOUD_PROFILE_MODE)" ] && [ -z "$mode" ]; then
  mode=$ALIBABA_CLOUD_PROFILE_MODE
fi
setting() { printf %s "$profile" | jq -r --arg name "$1" '.[$name] // ""'; }

# What options do not say, the profile does; what it lacks, the variables do.
: "${mode:=$(setting mode)}"
: "${session:=$(setting ram_session_name)}"
: "${region:=$(setting region_id)}"
: "${region:=$(first ALIBABA_CLOUD_REGION_ID ALIBABACLOUD_REGION_ID ALICLOUD_REGION_ID REGION_ID REGION)}"
id=$(setting access_key_id)
: "${id:=$(first ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABACLOUD_ACCESS_KEY_ID ALICLOUD_ACCESS_KEY_ID ACCESS_KEY_ID)}"
secret=$(setting access_key_secret)
: "${secret:=$(first ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABACLOUD_ACCESS_KEY_SECRET ALICLOUD_ACCESS_KEY_SECRET ACCESS_KEY_SECRET)}"
token=$(setting sts_token)
: "${token:=$(first ALIBABA_CLOUD_SECURITY_TOKEN ALIBABACLOUD_SECURITY_TOKEN ALICLOUD_SECURITY_TOKEN SECURITY_TOKEN)}"
role=$(setting ram_role_arn)
: "${role:=$(first ALIBABACLOUD_ROLE_ARN ALIBABA_CLOUD_ROLE_ARN)}"
provider=$(setting oidc_provider_arn)
: "${provider:=$(first ALIBABACLOUD_OIDC_PROVIDER_ARN ALIBABA_CLOUD_OIDC_PROVIDER_ARN)}"
token_file=$(setting oidc_token_file)
: "${token_file:=$(first ALIBABACLOUD_OIDC_TOKEN_FILE ALIBABA_CLOUD_OIDC_TOKEN_FILE)}"
uri=$(setting credentials_uri)
: "${uri:=$(first ALIBABA_CLOUD_CREDENTIALS_URI)}"

[ -n "$region" ] || fail "region can't be empty"
if [ -z "$mode" ]; then
  if [ -n "$id" ] && [ -n "$secret" ]; then
    mode=AK
    if [ -n "$token" ]; then mode=StsToken; elif [ -n "$role" ]; then mode=RamRoleArn; fi
  elif [ -n "$provider" ] && [ -n "$token_file" ] && [ -n "$role" ]; then
    mode=OIDC
  elif [ -n "$(first ALIBABA_CLOUD_BEARER_TOKEN)" ]; then
    mode=BearerToken
  else
    fail "profile ${profile_name:-default} is not configure yet"
  fi
fi
case $mode in
  AK) token='' ;;
  StsToken) ;;
  CredentialsURI)
    [ -n "$uri" ] || fail 'credentials_uri is not configured'
    answer=$(curl --disable --silent --show-error --noproxy '*' --max-time 60 "$uri")
    [ "$(printf %s "$answer" | jq -r .Code)" = Success ] || fail 'get sts token err, Code is not Success'
    id=$(printf %s "$answer" | jq -r .AccessKeyId)
    secret=$(printf %s "$answer" | jq -r .AccessKeySecret)
    token=$(printf %s "$answer" | jq -r .SecurityToken)
    ;;
  *) fail "would ask in mode $mode with role '$role', session '$session', provider '$provider', token file '$token_file'" ;;
esac
if [ -z "$id" ] || [ -z "$secret" ]; then fail 'access_key_id is not configured'; fi
printf 'asks as %s in %s\n' "$id" "$region" >> aliyun.log

# A proxy is for every address that no pattern of NO_PROXY matches, loopback too.
if [ "$scheme" = https ]; then proxy=$(first HTTPS_PROXY https_proxy); else proxy=$(first HTTP_PROXY http_proxy); fi
if [ -n "$proxy" ]; then
  patterns=$(first NO_PROXY no_proxy | tr ',' '\n')
  [ -n "$patterns" ] || fail "would ask through the proxy $proxy"
  printf '%s' "$endpoint" | grep -Eq -e "$patterns" || fail "would ask through the proxy $proxy"
fi

export KMS_ENDPOINT="$scheme://$endpoint" KMS_ACCESS_KEY_ID="$id" KMS_ACCESS_KEY_SECRET="$secret"
export KMS_SECURITY_TOKEN="$token"
answer=$(sh "$here/kms.sh" "$action" "$@")
body=$(printf '%s\n' "$answer" | sed '$d')
case $answer in
  *200) printf '%s\n' "$body" ;;
  *)
    printf '%s\n' "$body" >&2
    exit 1
    ;;
esac

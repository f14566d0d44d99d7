#!/usr/bin/env bash
# Signs files for a customer whom the portal itself has authenticated: the portal says so in a signed statement, and the
# gateway takes the statement as the factor PARTNER. Needs openssl, curl and jq.
#
# Usage: sign.sh FILE…
#
# Environment:
#   GATEWAY     base URL of the gateway
#   CACERT      PEM file of the root to trust for it; leave it out for the system's
#   TOKEN       bearer token of the portal
#   CREDENTIAL  id of the customer's credential
#   ISSUER      the portal, as it is registered at the gateway
#   AUDIENCE    the gateway's public URL
#   KEY         PEM file of the portal's private key, P-256
#   KEY_ID      its id in the portal's JWK set
#   CUSTOMER    the customer, as the gateway knows it
#   ACR, AMR    how the customer was authenticated, such as http://eidas.europa.eu/LoA/substantial and "pwd otp"
#   AUTH_TIME   when, in seconds since 1970
#
# Prints the signatures, base64, one a line in the order of the files. Exits 1 if the gateway refuses.
set -euo pipefail

[[ $# -gt 0 ]] || { echo "usage: $0 FILE…" >&2; exit 64; }
: "${GATEWAY:?}" "${TOKEN:?}" "${CREDENTIAL:?}" "${ISSUER:?}" "${AUDIENCE:?}" "${KEY:?}" "${KEY_ID:?}" "${CUSTOMER:?}"
: "${ACR:?}" "${AMR:?}" "${AUTH_TIME:?}"

readonly SHA256=2.16.840.1.101.3.4.2.1
readonly ECDSA_WITH_SHA256=1.2.840.10045.4.3.2

base64url() { base64 -w 0 | tr '+/' '-_' | tr -d '='; }

# call METHOD BODY: prints the answer, or the error and ends.
call() {
  local answer status
  answer=$(curl -sS --max-time 20 ${CACERT:+--cacert "$CACERT"} -H 'Content-Type: application/json' \
    -H "Authorization: Bearer $TOKEN" --data-binary @- -w '\n%{http_code}' "$GATEWAY/csc/v2/$1" <<<"$2")
  status=${answer##*$'\n'}
  if [[ $status != 200 ]]; then
    echo "$1 was refused: $status ${answer%$'\n'*}" >&2
    exit 1
  fi
  printf '%s' "${answer%$'\n'*}"
}

# ES256 (RFC 7518 §3.4) wants R and S as 32 octets each; OpenSSL gives them in DER, without leading zeros.
sign_es256() {
  openssl dgst -sha256 -sign "$KEY" | openssl asn1parse -inform DER |
    sed -n 's/.*INTEGER *:\([0-9A-F]*\)$/\1/p' |
    while read -r number; do printf '%b' "$(printf '%64s' "$number" | tr ' ' '0' | sed 's/../\\x&/g')"; done
}

# 1. What is to be signed: base64 SHA-256 of each file.
hashes=$(for file in "$@"; do openssl dgst -sha256 -binary "$file" | base64 -w 0; echo; done | jq -R . | jq -cs .)

# 2. The statement: who was authenticated, when and how, and for which digests. It is good once, for a minute.
now=$(date +%s)
header=$(jq -cn --arg kid "$KEY_ID" '{alg: "ES256", kid: $kid, typ: "partner-statement+jwt"}')
claims=$(jq -cn --arg iss "$ISSUER" --arg aud "$AUDIENCE" --arg sub "$CUSTOMER" --argjson now "$now" \
  --arg jti "$(openssl rand -hex 16)" --argjson auth_time "$AUTH_TIME" --arg acr "$ACR" --arg amr "$AMR" \
  --arg credential "$CREDENTIAL" --arg oid "$SHA256" --argjson hashes "$hashes" '{
    iss: $iss, aud: $aud, sub: $sub, iat: $now, exp: ($now + 60), jti: $jti,
    auth_time: $auth_time, acr: $acr, amr: ($amr | split(" ")), credentialID: $credential,
    dtbsr: $hashes, hashAlgorithmOID: $oid, numSignatures: ($hashes | length)
  }')
input=$(printf '%s' "$header" | base64url).$(printf '%s' "$claims" | base64url)
statement=$input.$(printf '%s' "$input" | sign_es256 | base64url)

# 3. The statement becomes signature activation data …
sad=$(call credentials/authorize "$(jq -n --arg id "$CREDENTIAL" --arg oid "$SHA256" --argjson hashes "$hashes" \
  --arg statement "$statement" '{
    credentialID: $id, numSignatures: ($hashes | length), hashes: $hashes, hashAlgorithmOID: $oid,
    authData: [{id: "PARTNER", value: $statement}]
  }')" | jq -er .SAD)

# 4. … and that the signatures.
call signatures/signHash "$(jq -n --arg id "$CREDENTIAL" --arg oid "$SHA256" --arg sign "$ECDSA_WITH_SHA256" \
  --arg sad "$sad" --argjson hashes "$hashes" '{
    credentialID: $id, SAD: $sad, hashes: $hashes, hashAlgorithmOID: $oid, signAlgo: $sign
  }')" | jq -er '.signatures[]'

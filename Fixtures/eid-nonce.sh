#!/bin/bash
# The nonce of an eID log-in that authorizes these digests and no others (SCAL 2).
#
#   eid-nonce.sh CHALLENGE HASH_OID NUM_SIGNATURES DIGEST...
#
# CHALLENGE: what credentials/getChallenge gave. HASH_OID, NUM_SIGNATURES and the digests (base64, in the same order): as
# credentials/authorize will get them. Needs bash and openssl.
set -euo pipefail

challenge=$1 oid=$2 count=$3
shift 3
{
  printf 'countersign nonce v1\0'
  printf '%s' "$challenge" | openssl dgst -sha256 -binary
  printf '%s\0' "$oid"
  # Four octets, the most significant first.
  for shift in 24 16 8 0; do printf "\\$(printf '%03o' $((count >> shift & 255)))"; done
  for digest in "$@"; do printf '%s' "$digest" | openssl base64 -d -A; done
} | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '='
echo

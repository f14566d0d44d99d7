#!/usr/bin/env bash
# Signs Fixtures/contract.pdf through a throw-away sandbox, as a partner's software would, and checks every
# answer with tools that know nothing of Countersign: curl, jq and OpenSSL.
#
# Usage: demo.sh PATH_TO_COUNTERSIGN_SANDBOX PATH_TO_COUNTERSIGN
# Exit codes: 0 everything was as it must be, 1 something was not, 64 wrong usage.
set -euo pipefail

readonly LABEL=p256-pin
readonly ECDSA_WITH_SHA256=1.2.840.10045.4.3.2
readonly SHA256=2.16.840.1.101.3.4.2.1
readonly START_LIMIT=60 # seconds
readonly STOP_LIMIT=10  # seconds
readonly TREE_LIMIT=20  # seconds until an entry is in the tree

# ---------------------------------------------------------------------------------------------- what people see

bold='' dim='' green='' red='' blue='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' blue=$'\e[36m' plain=$'\e[0m'
fi

steps=0
step() {
  steps=$((steps + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$steps" "$1" "$plain"
  printf '   %s%s%s\n' "$dim" "$2" "$plain"
}

indent() { sed 's/^/     /'; }

passed() { printf '   %s✓%s %s\n' "$green" "$plain" "$1"; }

failed() {
  printf '\n%sThe demo failed: %s%s\n' "$red" "$1" "$plain" >&2
  if [[ -s ${log:-} ]]; then
    printf 'The last lines of the gateway'\''s log:\n' >&2
    tail -n 20 "$log" | indent >&2
  fi
  exit 1
}

# expect WHAT FOUND WANTED
expect() {
  [[ $2 == "$3" ]] || failed "$1: found '$2' instead of '$3'"
  passed "$1"
}

# Nobody should learn a PIN or a SAD from a screen shot, and nobody reads 600 letters of base64.
readonly MASK='
  def short($n): if length > $n + 12 then "\(.[:$n])… (\(length) characters)" else . end;
  def masked:
    if type == "object" then with_entries(
      if .key == "PIN" and (.value | type) == "string" then .value = "••••••••"
      elif .key == "SAD" then .value |= "\(.[:6])…"
      else .value |= masked end)
    elif type == "array" then map(masked)
    elif type == "string" and test("^[A-Za-z0-9+/_=-]+$") then short(48)
    else . end;
  masked'

readonly PLAIN_WORDS='
  def brief: "\(.[:12])…";
  def plural($n; $one; $many): "\($n) \(if $n == 1 then $one else $many end)";
  def words:
    if .kind == "authorization.granted" then
      "\(.evidence | map("the \(.factor) was right") | join(", ")); "
      + "\(plural(.numSignatures; "signature"; "signatures")) allowed with \(.credential)"
      + (if .digests == [] then "" else ", only for the digest \(.digests | map(brief) | join(", "))" end)
      + ", for the next \(.expires - .time) seconds"
    elif .kind == "authorization.refused" then "\(.factor) \(.reason), for \(.credential)"
    elif .kind == "signature.intended" then
      "about to sign the digest \(.digests | map(brief) | join(", ")) with \(.credential), \(.algorithm), "
      + "as operation \(.operation | brief)"
    elif .kind == "signature.made" then
      "operation \(.operation | brief) made \(plural(.count; "signature"; "signatures")), "
      + "fingerprint \(.signatures | brief)"
    else del(.seq, .time, .milliseconds, .kind, .lane, .number) | tojson end;
  "entry \(.seq)  \(.kind): \(words)"'

# ------------------------------------------------------------------------------------------------- the gateway

[[ $# -eq 2 ]] || { echo "usage: $0 PATH_TO_COUNTERSIGN_SANDBOX PATH_TO_COUNTERSIGN" >&2; exit 64; }
for program in "$@"; do
  [[ -x $program && ! -d $program ]] || { echo "$0: $program is not a program; 'make build' makes it" >&2; exit 64; }
done
server=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
countersign=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
contract=$root/Fixtures/contract.pdf
for tool in curl jq openssl; do
  command -v "$tool" >/dev/null || failed "$tool is not installed"
done
[[ -s $contract ]] || failed "there is no Fixtures/contract.pdf"

folder=$(mktemp -d)
state=$folder/state
log=$folder/log
gateway=

clean_up() {
  local code=$? tenths=0
  trap - EXIT
  trap '' INT TERM
  if [[ -n $gateway ]] && kill -TERM "$gateway" 2>/dev/null; then
    while kill -0 "$gateway" 2>/dev/null && ((tenths++ < STOP_LIMIT * 10)); do sleep 0.1; done
    if kill -KILL "$gateway" 2>/dev/null; then
      echo "the gateway did not stop $STOP_LIMIT seconds after SIGTERM" >&2
      code=1
    fi
    wait "$gateway" 2>/dev/null || true
  fi
  rm -rf "$folder"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Below the range from which the system takes the ports of outgoing connections.
free_port() {
  local port
  for _ in {1..100}; do
    port=$((21000 + RANDOM % 10000))
    if [[ $port != "${1:-}" ]] && ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  failed "no port is free"
}

start_gateway() {
  local port tls_port tenths=0
  port=$(free_port)
  tls_port=$(free_port "$port")
  "$server" sandbox --state "$state" --port "$port" --tls-port "$tls_port" --log-level warning >"$log" 2>&1 &
  gateway=$!
  until [[ -f $state/sandbox.json ]]; do
    kill -0 "$gateway" 2>/dev/null || failed "the sandbox ended before it was ready"
    ((tenths++ < START_LIMIT * 10)) || failed "the sandbox was not ready after $START_LIMIT seconds"
    sleep 0.1
  done
}

sandbox() { jq -er "$1" "$state/sandbox.json" || failed "sandbox.json has no $1"; }

# call METHOD BODY [public]: sets `answer` and `status`, and shows both sides.
call() {
  local url=$base/csc/v1/$1
  printf '   %s→ POST %s%s\n' "$blue" "$url" "$plain"
  local headers=(-H 'Content-Type: application/json')
  if [[ ${3:-} != public ]]; then
    printf '     Authorization: Bearer %s…\n' "${token:0:4}"
    headers+=(-H "Authorization: Bearer $token")
  fi
  jq "$MASK" <<<"$2" | indent
  status=$(curl -sS --max-time 20 --cacert "$anchor" "${headers[@]}" --data-binary @- -o "$folder/answer" \
    -w '%{http_code}' "$url" <<<"$2") || failed "curl could not reach the gateway"
  answer=$(jq . "$folder/answer" 2>/dev/null) || failed "$1 did not answer with JSON"
  printf '   %s← %s%s\n' "$blue" "$status" "$plain"
  jq "$MASK" <<<"$answer" | indent
}

# of ANSWER FILTER: one value of an answer; status 1 if it is not there.
of() { jq -er "$2" <<<"$1" 2>/dev/null; }

# happened WANTED_KINDS: shows what the audit log got since the last time, sets `entries`, and compares the kinds.
happened() {
  local kinds
  entries=$("$countersign" audit list --database "$state/countersign.sqlite" --after "$seen") ||
    failed "the audit log cannot be read"
  printf '   %swhat happened, says the audit log:%s\n' "$blue" "$plain"
  if [[ -z $entries ]]; then
    echo "nothing" | indent
  else
    jq -r "$PLAIN_WORDS" <<<"$entries" | indent
    seen=$(jq -s 'last.seq' <<<"$entries")
  fi
  kinds=$(jq -rs 'map(.kind) | join(" ")' <<<"$entries")
  [[ $kinds == "$1" ]] || failed "the audit log got '$kinds' instead of '$1'"
}

# entry KIND FILTER: one value of an entry; status 1 if it is not there.
entry() { jq -er "select(.kind == \"$1\") | $2" <<<"$entries" 2>/dev/null; }

hex_sha256() { openssl dgst -sha256 -r | cut -d' ' -f1; }

# ---------------------------------------------------------------------------------------------------- the demo

printf '%sCountersign signs a contract%s\n\n' "$bold" "$plain"
echo "Making a throw-away gateway: a SoftHSM token, a test CA, users and their keys …"
start_gateway
base=$(sandbox .tlsBaseURL)
anchor=$(sandbox .tlsTrustAnchor)
owner=$(sandbox ".credentials[] | select(.label == \"$LABEL\").owner")
credential=$(sandbox ".credentials[] | select(.label == \"$LABEL\").credentialID")
token=$(sandbox ".users[] | select(.username == \"$owner\").serviceToken")
pin=$(sandbox ".users[] | select(.username == \"$owner\").pin")
seen=$("$countersign" audit list --database "$state/countersign.sqlite" | jq -s 'last.seq')
digest=$(openssl dgst -sha256 -binary "$contract" | base64 -w 0)
digest_hex=$(hex_sha256 <"$contract")
other_digest=$({ cat "$contract"; echo "and a boat"; } | openssl dgst -sha256 -binary | base64 -w 0)

cat <<END
It serves on $base.

A portal now has Fixtures/contract.pdf signed by $owner, with the credential $LABEL.
The document stays with the portal; only its SHA-256 travels:
$digest_hex
END

step "Ask the service what it offers" "info needs no log-in."
call info '{}' public
expect "the service answers" "$status" 200
expect "it says that it can sign hashes" "$(of "$answer" '.methods | index("signatures/signHash") != null')" true
happened ""

step "List $owner's credentials" "The bearer token says for whom the portal asks."
call credentials/list '{}'
expect "the service answers" "$status" 200
expect "$LABEL ($credential) is among them" \
  "$(of "$answer" ".credentialIDs | map(select(. == \"$credential\")) | length")" 1
happened ""

step "Look at the credential" "Its certificate chain, its key and what its owner must present to use it."
call credentials/info "$(jq -n --arg id "$credential" \
  '{credentialID: $id, certificates: "chain", certInfo: true, authInfo: true}')"
expect "the service answers" "$status" 200
expect "key and certificate can be used" "$(of "$answer" '.key.status + " " + .cert.status')" "enabled valid"
expect "the key signs ECDSA with SHA-256" "$(of "$answer" ".key.algo | index(\"$ECDSA_WITH_SHA256\") != null")" true
expect "its owner must present a PIN" "$(of "$answer" .PIN.presence)" true
expect "the chain has three certificates" "$(of "$answer" '.cert.certificates | length')" 3
for i in 0 1 2; do
  of "$answer" ".cert.certificates[$i]" | base64 -d | openssl x509 -inform DER -out "$folder/certificate-$i.pem" ||
    failed "certificate $i of the chain cannot be read"
done
happened ""

step "Authorize one signature" \
  "${owner^} types the PIN. The answer is the SAD, which stands for this digest and no other."
call credentials/authorize "$(jq -n --arg id "$credential" --arg hash "$digest" --arg pin "$pin" \
  '{credentialID: $id, numSignatures: 1, hash: [$hash], PIN: $pin}')"
expect "the service answers" "$status" 200
sad=$(of "$answer" .SAD) || failed "the answer has no SAD"
happened "authorization.granted"
# The log names a SAD by its digest, so that a reader of the log cannot use it.
sad_name=$(tr '_-' '/+' <<<"$sad" | base64 -d | hex_sha256)
expect "the entry names this SAD, by its SHA-256 only" "$(entry authorization.granted .activation)" "$sad_name"
expect "and the contract's digest" "$(entry authorization.granted '.digests | join(" ")')" "$digest_hex"

sign_hash() {
  call signatures/signHash "$(jq -n --arg id "$credential" --arg sad "$sad" --arg hash "$1" \
    --arg sign "$ECDSA_WITH_SHA256" --arg algorithm "$SHA256" \
    '{credentialID: $id, SAD: $sad, hash: [$hash], hashAlgo: $algorithm, signAlgo: $sign}')"
}

step "Try the SAD on another document" "Somebody slips a changed contract under it."
sign_hash "$other_digest"
expect "refused" "$status $(of "$answer" .error)" "400 invalid_request"
expect "the reason is told" "$(of "$answer" .error_description)" "Hash is not authorized by the SAD."
happened ""

step "Sign the contract" \
  "The same SAD, now with the digest that was authorized: the bad request did not spend it."
sign_hash "$digest"
expect "the service answers" "$status" 200
expect "with one signature" "$(of "$answer" '.signatures | length')" 1
signature=$(of "$answer" '.signatures[0]')
base64 -d <<<"$signature" >"$folder/signature" || failed "the signature is not base64"
happened "signature.intended signature.made"
expect "the intent was written down for this SAD" "$(entry signature.intended .activation)" "$sad_name"
expect "and for the contract's digest" "$(entry signature.intended '.digests | join(" ")')" "$digest_hex"
expect "the log has the fingerprint of this signature" \
  "$(entry signature.made .signatures)" "$(hex_sha256 <"$folder/signature")"

step "Send the same request again" "As after a lost answer: the same signature comes back, and nothing is spent."
sign_hash "$digest"
expect "the service answers" "$status" 200
expect "with the same signature, octet for octet" "$(of "$answer" '.signatures | join(" ")')" "$signature"
happened ""

step "Try another document with the SAD that is now spent" "There is nothing left to authorize it."
sign_hash "$other_digest"
expect "refused" "$status $(of "$answer" .error)" "400 invalid_request"
expect "the reason is told" "$(of "$answer" .error_description)" "Invalid parameter SAD"
happened ""

step "Verify the audit log" "From the file and the log's key: every entry, its tree, and the checkpoint that the device signed."
log_key=$(SOFTHSM2_CONF="$state/softhsm2.conf" "$server" audit key --config "$state/config.json") ||
  failed "the log has no key"
whole="the audit log is whole: $seen entries, $seen of them in the tree"
for ((tenths = 0; tenths < TREE_LIMIT * 10; tenths++)); do
  verdict=$("$countersign" audit verify --database "$state/countersign.sqlite" --log-key "$log_key") ||
    failed "${verdict:-audit verify failed}"
  # The day's checkpoint may have its time-stamp by now, of which a second line tells.
  verdict=${verdict%%$'\n'*}
  [[ $verdict != "$whole" ]] || break
  sleep 0.1
done
expect "$verdict" "$verdict" "$whole"
"$countersign" audit list --database "$state/countersign.sqlite" >"$folder/audit"
if grep -qF -e "$pin" -e "$sad" -e "$token" "$log" "$folder/audit"; then
  failed "a PIN, SAD or token is in the log or in the audit log"
fi
passed "PIN, SAD and token are neither in it nor in the gateway's log"
if grep -q '"level":' "$log"; then failed "the gateway had something to complain about"; fi
passed "the gateway had nothing to complain about"

step "Verify the signature" "OpenSSL, the signing root and what the answers held; Countersign is no longer asked."
openssl x509 -in "$folder/certificate-0.pem" -noout -subject -issuer -enddate -nameopt RFC2253 | indent
# The sandbox's root and nothing else may be trusted, whatever this machine trusts.
verify_chain() {
  openssl verify -x509_strict -no-CApath -no-CAstore -CAfile "$(sandbox .signingRoot)" "$@" \
    "$folder/certificate-0.pem" 2>&1
}
expect "the chain leads to the signing root" \
  "$(verify_chain -untrusted "$folder/certificate-1.pem")" "$folder/certificate-0.pem: OK"
if verify_chain >/dev/null; then failed "the chain holds without its intermediate certificate"; fi
passed "and does not without the intermediate certificate"
openssl x509 -in "$folder/certificate-0.pem" -noout -pubkey >"$folder/key.pem"
verify_signature() { openssl dgst -sha256 -verify "$folder/key.pem" -signature "$folder/signature" "$@" 2>&1; }
if { cat "$contract"; echo "and a boat"; } | verify_signature >/dev/null; then
  failed "the signature also fits a changed contract"
fi
passed "the signature does not fit a changed contract"
expect "the signature fits Fixtures/contract.pdf" "$(verify_signature "$contract")" "Verified OK"

step "Keep the receipt" "One file that proves the signature, to whom it matters, without the gateway and its database."
receipt=$folder/signature.tlog-proof
"$countersign" audit prove "$digest_hex" --database "$state/countersign.sqlite" --log-key "$log_key" --out "$receipt" ||
  failed "there is no receipt"
# Nothing but the file and the key; the gateway's folder is out of reach.
verify_receipt() { (cd / && env -i "$countersign" receipt verify "$1" --log-key "$log_key" "${@:2}" 2>&1); }
shown=$(verify_receipt "$receipt") || failed "$shown"
indent <<<"$shown"
facts=$(verify_receipt "$receipt" --json) || failed "$facts"
expect "the receipt is of the contract's digest" "$(of "$facts" '.signature.digests | join(" ")')" "$digest_hex"
expect "of this signature" "$(of "$facts" .signature.signatures)" "$(hex_sha256 <"$folder/signature")"
serial=$(openssl x509 -in "$folder/certificate-0.pem" -noout -serial | cut -d= -f2)
expect "made with the key of this certificate" "$(of "$facts" '.signature.serialNumber | ascii_upcase')" "$serial"
sed 's/^index \(.*\)$/index 1\1/' "$receipt" >"$folder/changed.tlog-proof"
if verdict=$(verify_receipt "$folder/changed.tlog-proof"); then failed "a changed receipt is taken"; fi
passed "changed, it proves nothing: $verdict"

printf '\n%s\n' "OpenSSL verified the signature, and the receipt says how it came about."

#!/usr/bin/env bash
# Runs the conformance checklist against a throw-away sandbox of its own, and holds the result against
# Specs/conformance-skips.md.
#
# Usage: conformance.sh PATH_TO_COUNTERSIGN_SANDBOX PATH_TO_CSC_CONFORMANCE [OPTIONS OF csc-conformance]
# Exit codes: 0 every MUST item passed or is excused, 1 not so, 64 wrong usage.
set -euo pipefail

readonly START_LIMIT=120 # seconds
readonly SAD_LIFE=20     # seconds; so that it can be seen what an expired SAD gets

[[ $# -ge 2 ]] || { echo "usage: $0 PATH_TO_COUNTERSIGN_SANDBOX PATH_TO_CSC_CONFORMANCE [OPTIONS]" >&2; exit 64; }
server=$1
tool=$2
shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

folder=$(mktemp -d "${TMPDIR:-/tmp}/countersign-conformance.XXXXXX")
sandbox=''
cleanup() {
  if [[ -n $sandbox ]]; then
    kill "$sandbox" 2>/dev/null || true
    wait "$sandbox" 2>/dev/null || true
  fi
  rm -rf "$folder"
}
trap cleanup EXIT

read -r port tls_port < <(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(2)]
for each in sockets:
    each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in sockets))
PYTHON
)

"$server" sandbox --state "$folder/state" --port "$port" --tls-port "$tls_port" --activation-life "$SAD_LIFE" \
  --log-level warning 2>"$folder/log" &
sandbox=$!
for ((i = 0; i < START_LIMIT * 10; i++)); do
  [[ -s $folder/state/sandbox.json ]] && break
  kill -0 "$sandbox" 2>/dev/null || break
  sleep 0.1
done
if [[ ! -s $folder/state/sandbox.json ]]; then
  echo "the sandbox did not get ready; the end of its log:" >&2
  tail -n 20 "$folder/log" >&2
  exit 1
fi

# Which failures matter is decided below.
"$tool" --sandbox "$folder/state/sandbox.json" --may-lock --json "$folder/result.json" "$@" || true
python3 "$here/excuses.py" "$folder/result.json" "$here/../../Specs/conformance-skips.md"

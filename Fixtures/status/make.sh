#!/usr/bin/env bash
# Makes the questions, answers and lists of this folder with OpenSSL 3, for Tests/CertificatesTests/Status. Keys are thrown
# away. Answers have the time at which they were made in them, so that a second run makes others.
#
#     Fixtures/status/make.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
rm -f "$here"/*.{cer,ocsp,crl,request}

cat >openssl.cnf <<'END'
[ca]
default_ca = fixture
[fixture]
database = index.txt
default_md = sha256
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[responder]
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
[whole]
authorityKeyIdentifier = keyid:always
2.5.29.20 = DER:02020102
2.5.29.60 = DER:180F32303236303130313030303030305A
[shard]
authorityKeyIdentifier = keyid:always
2.5.29.20 = DER:020500B2D05E00
issuingDistributionPoint = critical, @point
[point]
fullname = URI:http://pki.example.org/issuing-g1-0.crl
onlyuser = TRUE
[authorities]
authorityKeyIdentifier = keyid:always
2.5.29.20 = DER:020101
issuingDistributionPoint = critical, @authorities_point
[authorities_point]
onlyCA = TRUE
END

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
signed() {  # NAME SERIAL EXTENSIONS
  key "$1"
  openssl req -new -key "$1.key" -subj "/CN=Status fixture $1" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -set_serial "$2" -days 3650 ${3:+-extfile openssl.cnf -extensions "$3"} -out "$1.pem" 2>/dev/null
}
key authority
openssl req -x509 -new -key authority.key -subj "/C=AT/O=Status fixture/CN=Status fixture authority" -days 3650 \
  -config openssl.cnf -extensions authority -out authority.pem
signed responder 0x4001 responder
signed good 0x41000000000000000000000000000001
signed revoked 0x42000000000000000000000000000002
signed hold 0x43000000000000000000000000000003
signed other 0x44000000000000000000000000000004
printf 'V\t360101000000Z\t\t41000000000000000000000000000001\tunknown\t/CN=good\n' >index.txt
printf 'R\t360101000000Z\t260101120000Z,keyCompromise\t42000000000000000000000000000002\tunknown\t/CN=revoked\n' >>index.txt
printf 'R\t360101000000Z\t260102120000Z,certificateHold\t43000000000000000000000000000003\tunknown\t/CN=hold\n' >>index.txt
for name in authority responder; do openssl x509 -in $name.pem -outform DER -out "$here/$name.cer"; done

# Questions.
ask() { openssl ocsp -issuer authority.pem "${@:2}" -reqout "$here/$1.request"; }
for hash in sha1 sha256 sha384 sha512; do ask $hash -no_nonce -$hash -cert good.pem; done
ask nonce -cert revoked.pem
ask several -no_nonce -cert good.pem -sha256 -cert revoked.pem -cert hold.pem
ask signed -no_nonce -cert good.pem -signer responder.pem -signkey responder.key

# Answers.
answer() {
  openssl ocsp -index index.txt -CA authority.pem -rsigner responder.pem -rkey responder.key -resp_key_id -nmin 60 \
    -reqin "$1" -respout "$here/$2.ocsp" >/dev/null
}
answer "$here/sha1.request" good
answer "$here/nonce.request" revoked
answer "$here/several.request" several
openssl ocsp -issuer authority.pem -no_nonce -sha256 -cert other.pem -reqout unknown
answer unknown unknown

# Lists. Of the index's lines the last one says since when the key was out of hand.
list() { openssl ca -gencrl -config openssl.cnf -keyfile authority.key -cert authority.pem -crlexts "$1" \
  -crl_lastupdate 20260201000000Z -crl_nextupdate "$2" -out list.pem 2>/dev/null
  openssl crl -in list.pem -outform DER -out "$here/$1.crl"; }
printf 'R\t360101000000Z\t260103120000Z,keyTime,20251231000000Z\t44000000000000000000000000000004\tunknown\t/CN=other\n' >>index.txt
printf 'R\t360101000000Z\t260104120000Z\t4500\tunknown\t/CN=short\n' >>index.txt
list whole 20260202000000Z
list shard 99991231235959Z
: >index.txt
list authorities 20500101000000Z

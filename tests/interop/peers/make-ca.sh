#!/bin/sh
# make-ca.sh DIR NAME [NAME...] - makes DIR/ca.pem, ca.key, cert.pem (server first, then CA), key.pem.
# The server certificate is for each NAME, which may be an IPv4 address, and for 127.0.0.1.
set -eu
dir=$1; shift
[ $# -ge 1 ] || { echo "usage: $0 DIR NAME..." >&2; exit 2; }
umask 077
mkdir -p "$dir"; chmod 755 "$dir"; cd "$dir"
san=IP:127.0.0.1
for n in "$@"; do
    case $n in *[!0-9.]*) san="$san,DNS:$n" ;; *) san="$san,IP:$n" ;; esac
done
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 3650 \
    -subj "/CN=Interop test CA" -keyout ca.key -out ca.pem \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \
    -subj "/CN=$1" -keyout key.pem -out server.csr 2>/dev/null
cat > server.ext <<E
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=$san
E
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 3650 \
    -extfile server.ext -out leaf.pem 2>/dev/null
cat leaf.pem ca.pem > cert.pem
chmod 644 ca.pem cert.pem
rm -f server.csr server.ext leaf.pem ca.srl
openssl verify -CAfile ca.pem -verify_hostname "$1" -verify_ip 127.0.0.1 cert.pem >/dev/null

#!/bin/bash
# Exim as a spoke: takes mail on 127.0.0.1:$PORT without auth, hands everything to
# 127.0.0.1:$HUBPORT with AUTH over verified STARTTLS.
# Needs:    DIR PORT HUBPORT HUBUSER HUBPASS CAFILE HUBNAME
# Optional: HUBMECH (plain|login|cram-md5) HUBTLS (starttls|wrapper) MYNAME (spoke.test) RETRY seconds (5)
#           HUBADDR (127.0.0.1) EXIM (binary) PEERS_ROOT (where ../install.sh unpacked it)
set -eu
: "${DIR:?}" "${PORT:?}" "${HUBPORT:?}" "${HUBUSER:?}" "${HUBPASS:?}" "${CAFILE:?}" "${HUBNAME:?}"
name=${MYNAME:-spoke.test} TLSPORT=
. "$(dirname "$(readlink -f "$0")")/exim-common.inc"
install -m 644 "$CAFILE" "$DIR/ca.pem"
# in client_send ^ stands for NUL and : separates: doubled they are themselves
send() { raw "$1" | sed 's/\^/^^/g; s/:/::/g'; }
case ${HUBMECH:-plain} in
    plain)    auth="driver = plaintext
  public_name = PLAIN
  client_send = ^$(send "$HUBUSER")^$(send "$HUBPASS")" ;;
    login)    auth="driver = plaintext
  public_name = LOGIN
  client_send = : $(send "$HUBUSER") : $(send "$HUBPASS")" ;;
    cram-md5) auth="driver = cram_md5
  public_name = CRAM-MD5
  client_name = $(raw "$HUBUSER")
  client_secret = $(raw "$HUBPASS")" ;;
    *) echo "HUBMECH?" >&2; exit 2 ;;
esac
{
main_part
echo 'tls_advertise_hosts ='
acl_part 'hosts = 127.0.0.0/8'
# The host is an address, so the built-in name check would compare 127.0.0.1. Instead the tls:cert
# event looks at the leaf certificate (depth 0) and refuses it unless a DNS SAN is HUBNAME.
cat <<E
begin routers
hub:
  driver = manualroute
  domains = *
  transport = to_hub
  route_list = * ${HUBADDR:-127.0.0.1}
  self = send
begin transports
to_hub:
  driver = smtp
  port = $HUBPORT
  protocol = $( [ "${HUBTLS:-starttls}" = wrapper ] && echo smtps || echo smtp )
  allow_localhost
  hosts_try_fastopen =
  hosts_require_tls = *
  tls_verify_certificates = $DIR/ca.pem
  tls_verify_hosts = *
  tls_verify_cert_hostnames =
  tls_sni = $HUBNAME
  event_action = \${if and{{eq{\$event_name}{tls:cert}}{eq{\$event_data}{0}}{!forany{<, \${certextract{subj_altname,dns,>,}{\$tls_out_peercert}}}{eqi{\$item}{$HUBNAME}}}}{certificate is not for $HUBNAME}}
  hosts_require_auth = *
  connection_max_messages = 500
  message_linelength_limit = 1000000000
begin retry
* * F,4d,${RETRY:-5}s
begin authenticators
hubauth:
  $auth
  client_condition = \${if !eq{\$tls_out_cipher}{}}
E
} > "$conf"
run_exim

#!/bin/bash
# Exim as a hub: submission on 127.0.0.1:$PORT (AUTH offered only under TLS and required before
# mail), everything goes to the sink at 127.0.0.1:$SINKPORT.
# Needs:    DIR PORT SINKPORT CERT KEY HUBUSER HUBPASS
# Optional: TLSPORT (TLS-on-connect listener) TLSADDR (its address, 127.0.0.1) MYNAME (hub.test) RETRY seconds (5)
#           EXIM (binary) PEERS_ROOT (where ../install.sh unpacked it)
set -eu
: "${DIR:?}" "${PORT:?}" "${SINKPORT:?}" "${CERT:?}" "${KEY:?}" "${HUBUSER:?}" "${HUBPASS:?}"
name=${MYNAME:-hub.test}
. "$(dirname "$(readlink -f "$0")")/exim-common.inc"
install -m 640 -g Debian-exim "$CERT" "$DIR/cert.pem"
install -m 640 -g Debian-exim "$KEY" "$DIR/key.pem"
u=$(raw "$HUBUSER") p=$(raw "$HUBPASS")
{
main_part
cat <<E
tls_advertise_hosts = *
tls_certificate = $DIR/cert.pem
tls_privatekey = $DIR/key.pem
auth_advertise_hosts = \${if eq{\$tls_in_cipher}{}{}{*}}
E
acl_part 'authenticated = *'
cat <<E
begin routers
sink:
  driver = manualroute
  domains = *
  transport = to_sink
  route_list = * 127.0.0.1
  self = send
begin transports
to_sink:
  driver = smtp
  port = $SINKPORT
  allow_localhost
  hosts_try_fastopen =
  hosts_avoid_tls = *
  connection_max_messages = 500
  message_linelength_limit = 1000000000
begin retry
* * F,4d,${RETRY:-5}s
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_set_id = \$auth2
  server_condition = \${if and{{eq{\$auth2}{$u}}{eq{\$auth3}{$p}}}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_set_id = \$auth1
  server_condition = \${if and{{eq{\$auth1}{$u}}{eq{\$auth2}{$p}}}}
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_set_id = \$auth1
  server_secret = \${if eq{\$auth1}{$u}{$p}fail}
E
} > "$conf"
run_exim

#!/bin/bash
# Postfix as a hub: submission on 127.0.0.1:$PORT (STARTTLS required before AUTH, AUTH required
# before mail), everything goes to the sink at 127.0.0.1:$SINKPORT.
# Needs:    DIR PORT SINKPORT CERT KEY HUBUSER HUBPASS
# Optional: TLSPORT (TLS-on-connect listener) TLSADDR (its address, 127.0.0.1) MECHS ("PLAIN LOGIN CRAM-MD5") MYNAME (hub.test)
#           RETRY seconds (5) CONC (20) EXTRA (more main.cf lines)
set -eu
: "${DIR:?}" "${PORT:?}" "${SINKPORT:?}" "${CERT:?}" "${KEY:?}" "${HUBUSER:?}" "${HUBPASS:?}"
name=${MYNAME:-hub.test} conc=${CONC:-20} retry=${RETRY:-5}
. "$(dirname "$(readlink -f "$0")")/postfix-common.inc"
mkdir -p "$etc/sasl"
cat > "$etc/sasl/smtpd.conf" <<E
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: ${MECHS:-PLAIN LOGIN CRAM-MD5}
sasldb_path: $etc/sasldb2
E
rm -f "$etc/sasldb2"
printf %s "$HUBPASS" | saslpasswd2 -p -c -f "$etc/sasldb2" -u "$name" "$HUBUSER"
case $HUBUSER in # a name with @: Cyrus may look it up split in user and realm
    *@*) printf %s "$HUBPASS" | saslpasswd2 -p -c -f "$etc/sasldb2" -u "${HUBUSER##*@}" "${HUBUSER%@*}" ;;
esac
chgrp postfix "$etc/sasldb2"; chmod 640 "$etc/sasldb2"
cat >> "$etc/main.cf" <<E
relayhost = [127.0.0.1]:$SINKPORT
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = $CERT
smtpd_tls_key_file = $KEY
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = $name
smtpd_sasl_security_options = noanonymous
cyrus_sasl_config_path = $etc/sasl
smtp_tls_security_level = none
smtp_connection_cache_destinations = [127.0.0.1]:$SINKPORT
${EXTRA:-}
E
printf '%s\n' "127.0.0.1:$PORT inet n - n - - smtpd" >> "$etc/master.cf"
[ -z "${TLSPORT:-}" ] || printf '%s\n' "${TLSADDR:-127.0.0.1}:$TLSPORT inet n - n - - smtpd" \
    "  -o smtpd_tls_wrappermode=yes" >> "$etc/master.cf"
run_postfix

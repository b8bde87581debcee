#!/bin/bash
# Postfix as a spoke: takes mail on 127.0.0.1:$PORT without auth, hands everything to
# [127.0.0.1]:$HUBPORT with AUTH over verified STARTTLS.
# Needs:    DIR PORT HUBPORT HUBUSER HUBPASS CAFILE HUBNAME
# Optional: HUBMECH (plain) HUBTLS (starttls|wrapper) MYNAME (spoke.test) RETRY seconds (5) CONC (20)
#           HUBADDR (127.0.0.1) EXTRA (more main.cf lines)
set -eu
: "${DIR:?}" "${PORT:?}" "${HUBPORT:?}" "${HUBUSER:?}" "${HUBPASS:?}" "${CAFILE:?}" "${HUBNAME:?}"
name=${MYNAME:-spoke.test} hub="[${HUBADDR:-127.0.0.1}]:$HUBPORT" conc=${CONC:-20} retry=${RETRY:-5}
. "$(dirname "$(readlink -f "$0")")/postfix-common.inc"
case $HUBUSER in *:*) echo "Postfix cannot log in with a user name that has a colon" >&2; exit 2 ;; esac
( umask 077; printf '%s %s:%s\n' "$hub" "$HUBUSER" "$HUBPASS" > "$etc/hubpass" )
touch -d '1 minute ago' "$etc/hubpass" # texthash too waits for a file to be two seconds old
cat >> "$etc/main.cf" <<E
relayhost = $hub
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = none
smtp_tls_security_level = secure
smtp_tls_secure_cert_match = $HUBNAME
smtp_tls_servername = $HUBNAME
smtp_tls_CAfile = $CAFILE
smtp_tls_CApath =
smtp_tls_wrappermode = $( [ "${HUBTLS:-starttls}" = wrapper ] && echo yes || echo no )
smtp_tls_loglevel = 1
smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = texthash:$etc/hubpass
smtp_sasl_mechanism_filter = ${HUBMECH:-plain}
smtp_sasl_security_options = noplaintext, noanonymous
smtp_sasl_tls_security_options = noplaintext, noanonymous
smtp_sasl_tls_verified_security_options = noanonymous
smtp_connection_cache_destinations = $hub
${EXTRA:-}
E
printf '%s\n' "127.0.0.1:$PORT inet n - n - - smtpd" >> "$etc/master.cf"
run_postfix

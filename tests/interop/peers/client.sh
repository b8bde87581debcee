#!/bin/bash
# client.sh KIND MECH MODE - sends the file $MSG (CRLF) once with the client KIND
# (swaks curl msmtp python), SASL mechanism MECH, MODE starttls or tls (TLS on connect).
# Environment: PORT (of the listener of that MODE) CAFILE HUBNAME HUBUSER HUBPASS MSG
#              FROM (sender@example.org) TO (rcpt@example.net)
#              CLIENTCERT CLIENTKEY (for MECH external: PEM files)
# The exit status is the client's own. MECH none: without authentication.
set -u
kind=$1 mech=$2 mode=$3
: "${PORT:?}" "${CAFILE:?}" "${HUBNAME:?}" "${HUBUSER:?}" "${HUBPASS:?}" "${MSG:?}"
export HUBPASS HUBUSER from=${FROM:-sender@example.org} to=${TO:-rcpt@example.net} mech mode
low=${mech,,}
case $kind in
swaks) # Checks the chain only, never the name. With its data fixup it would turn the text \n and
    # %TOKENS% in the content into other things and drop one trailing line end; so without it, from a
    # copy that is dot-stuffed and ends in the closing dot.
    data=$(mktemp); trap 'rm -f "$data"' EXIT
    { LC_ALL=C sed 's/^\./../' "$MSG"; printf .; } > "$data"
    [ "$mode" = tls ] && t=--tls-on-connect || t=--tls
    a=(--auth "$mech" --auth-user "$HUBUSER" --auth-password "$HUBPASS"); [ "$mech" = none ] && a=()
    swaks --server 127.0.0.1 --port "$PORT" --helo client.test --from "$from" --to "$to" \
        $t --tls-verify --tls-ca-path "$CAFILE" --tls-sni "$HUBNAME" "${a[@]}" \
        --data "@$data" --no-data-fixup --timeout 20 ${SWAKS_OPT:---silent 3} ;;
curl)
    [ "$mode" = tls ] && s=smtps || s=smtp
    a=(--user "$HUBUSER:$HUBPASS" --login-options "AUTH=$mech"); [ "$mech" = none ] && a=()
    [ "$mech" = EXTERNAL ] && a=(--user "$HUBUSER:" --login-options "AUTH=$mech" --cert "$CLIENTCERT" --key "$CLIENTKEY")
    exec curl --silent --show-error --max-time 20 --ssl-reqd --cacert "$CAFILE" \
        --resolve "$HUBNAME:$PORT:127.0.0.1" --url "$s://$HUBNAME:$PORT/client.test" "${a[@]}" \
        --mail-from "$from" --mail-rcpt "$to" --upload-file "$MSG" ;;
msmtp)
    [ "$mode" = tls ] && st=off || st=on
    a="auth $low"; [ "$mech" = none ] && a="auth off"; [ "$mech" = auto ] && a="auth on"
    [ "$mech" = EXTERNAL ] && a="$a
tls_cert_file $CLIENTCERT
tls_key_file $CLIENTKEY"
    exec msmtp -C <(cat <<E
account default
host 127.0.0.1
port $PORT
domain client.test
timeout 20
tls on
tls_starttls $st
tls_trust_file $CAFILE
tls_host_override $HUBNAME
$a
user $HUBUSER
passwordeval "printenv HUBPASS"
set_date_header off
set_msgid_header off
set_from_header off
remove_bcc_headers off
E
) -f "$from" -- "$to" < "$MSG" ;;
python)
    exec python3 - <<'E'
import os, smtplib, ssl, sys
e = os.environ
ctx = ssl.create_default_context(cafile=e["CAFILE"])
mech, port = e["mech"].upper(), int(e["PORT"])
try:
    if e["mode"] == "tls":
        class S(smtplib.SMTP_SSL):                 # connect to the address, verify the name
            def _get_socket(self, host, port, timeout):
                self._host = e["HUBNAME"]
                return super()._get_socket(host, port, timeout)
        s = S("127.0.0.1", port, local_hostname="client.test", timeout=20, context=ctx)
    else:
        s = smtplib.SMTP("127.0.0.1", port, local_hostname="client.test", timeout=20)
        s._host = e["HUBNAME"]
        s.starttls(context=ctx)
    with s:
        s.ehlo()
        if mech not in ("NONE", "AUTO"):
            s.user, s.password = e["HUBUSER"], e["HUBPASS"]
            s.auth(mech, getattr(s, "auth_" + mech.lower().replace("-", "_")))
        elif mech == "AUTO": s.login(e["HUBUSER"], e["HUBPASS"])
        opt = ["BODY=8BITMIME"] if s.has_extn("8bitmime") else []
        s.sendmail(e["from"], [e["to"]], open(e["MSG"], "rb").read(), opt)
except (smtplib.SMTPException, OSError) as x:
    print("python:", repr(x), file=sys.stderr)
    sys.exit({smtplib.SMTPAuthenticationError: 77, smtplib.SMTPRecipientsRefused: 69,
              smtplib.SMTPSenderRefused: 69}.get(type(x), 68 if isinstance(x, ssl.SSLError) else 70))
E
    ;;
*) echo "KIND?" >&2; exit 64 ;;
esac

# OpenSMTPD, unpacked by install.sh or installed. Where its queue is has been compiled in: a private mount puts DIR there. It does not sync
# what it writes, so its 250 is no durable promise; it is here as a reference for that. In Debian's build STARTTLS fails, and AUTH is only
# offered over TLS: those points do not run.
. "$(dirname "$0")/common.sh"
bin="$PEERS/opensmtpd/usr/sbin/smtpd"
[ -x "$bin" ] || bin=$(command -v smtpd)
if [ "$AUTH" = yes ] || [ "$TLS" = yes ]; then
    echo 'neither AUTH nor STARTTLS can be measured' >&2
    exit 69
fi
install -d -m 711 "$DIR/spool"
mkdir -p /var/spool/smtpd
cat > "$DIR/smtpd.conf" <<X
smtp limit max-mails 1000000000
smtp max-message-size 100M
mta limit session-mail-max 1000000
mta limit reconn-delay-route 0
listen on 127.0.0.1 port $PORT hostname mail.bench.test
action "out" relay host "smtp://127.0.0.1:$SINK_PORT"
match from any for any action "out"
X
exec unshare -m sh -c 'mount --bind "$1" /var/spool/smtpd && exec "$2" -d -f "$3"' sh "$DIR/spool" "$bin" "$DIR/smtpd.conf" > "$DIR/log" 2>&1

# chasquid, unpacked by install.sh or installed. It has no smart host and relays for signed-in clients over TLS only: the recipients' domain
# is answered by a name server of the rig's, and the port of all hosts is set with its testing flag. It does not sync what it writes, so its
# 250 is no durable promise; it is here as a reference for that. More than 200 queued messages it refuses, and the client tries again.
. "$(dirname "$0")/common.sh"
bin="$PEERS/chasquid/usr/bin"
[ -x "$bin/chasquid" ] || bin=/usr/bin
if [ "$AUTH$TLS" != yesyes ]; then
    echo 'it relays for signed-in clients over TLS only' >&2
    exit 69
fi
c="$DIR/config"
mkdir -p "$c/certs/mail.bench.test" "$c/domains/${BENCH_USER#*@}" "$DIR/data"
cp "$CERT" "$c/certs/mail.bench.test/fullchain.pem"
cp "$KEY" "$c/certs/mail.bench.test/privkey.pem"
cat > "$c/chasquid.conf" <<X
hostname: "mail.bench.test"
max_data_size_mb: 100
smtp_address: "127.0.0.1:$((PORT + 1))"
submission_address: "127.0.0.1:$PORT"
data_dir: "$DIR/data"
mail_log_path: "$DIR/mail.log"
mail_delivery_agent_bin: "/bin/true"
dovecot_auth: false
X
"$bin/chasquid-util" -C="$c" user-add "$BENCH_USER" --password="$BENCH_PASS" > /dev/null
printf 'nameserver 127.0.0.54\noptions timeout:1 attempts:1\n' > "$DIR/resolv.conf"
"$RIG" names --listen 127.0.0.54:53 &
exec unshare -m sh -c 'mount --bind "$1/resolv.conf" /etc/resolv.conf && exec "$2" -config_dir "$3" -testing__outgoing_smtp_port "$4"' \
    sh "$DIR" "$bin/chasquid" "$c" "$SINK_PORT" > "$DIR/log" 2>&1

# Haraka, installed with npm into $PEERS/haraka: its outbound queue, a worker for each core.
. "$(dirname "$0")/common.sh"
haraka="$PEERS/haraka/node_modules/Haraka"
c="$DIR/config"
mkdir -p "$c" "$DIR/queue" "$DIR/plugins"
printf 'listen=127.0.0.1:%s\nnodes=%s\n' "$PORT" "$(nproc)" > "$c/smtp.ini"
{ echo relay; [ "$TLS" = yes ] && echo tls; echo auth/flat_file; echo accept_rcpt; } > "$c/plugins"
cat > "$DIR/plugins/accept_rcpt.js" <<X
exports.hook_rcpt = (next, connection) => connection.relaying ? next(OK) : next(DENY, 'relay not permitted')
exports.hook_lookup_rdns = (next) => next(OK, 'localhost')
X
printf '[core]\nmethods=PLAIN\n[users]\n%s=%s\n' "$BENCH_USER" "$BENCH_PASS" > "$c/auth_flat_file.ini"
printf '[relay]\nacl=true\nforce_routing=true\n' > "$c/relay.ini"
if [ "$AUTH" = yes ]; then : > "$c/relay_acl_allow"; else echo 127.0.0.0/8 > "$c/relay_acl_allow"; fi
printf '[domains]\nany={"action":"continue","nexthop":"127.0.0.1:%s"}\n' "$SINK_PORT" > "$c/relay_dest_domains.ini"
printf 'concurrency_max=100\nenable_tls=false\nlocal_mx_ok=true\n' > "$c/outbound.ini"
printf 'key=%s\ncert=%s\n' "$KEY" "$CERT" > "$c/tls.ini"
cp "$KEY" "$c/tls_key.pem"
cp "$CERT" "$c/tls_cert.pem"
printf '[main]\nlevel=notice\n' > "$c/log.ini"
echo mail.bench.test > "$c/me"
sed 's/^bytes=.*/bytes=104857600/' "$haraka/config/connection.ini" > "$c/connection.ini"
exec node "$haraka/bin/haraka" -c "$DIR" > "$DIR/log" 2>&1

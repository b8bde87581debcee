# Packetboat as a spoke: smart host is the sink, on loopback, without sign-in. PACKETBOAT is the program.
. "$(dirname "$0")/common.sh"
mkdir -p "$DIR/ctrl"
cat > "$DIR/ctrl/sbbs.ini" <<X
[Mail]
Options = RELAY_TX | ALLOW_RELAY
Interface = 127.0.0.1
SMTPPort = $PORT
MaxClients = 1000
MaxConcurrentConnections = 0
MaxMsgSize = 104857600
RelayServer = 127.0.0.1
RelayPort = $SINK_PORT
X
cat > "$DIR/ctrl/packetboat.ini" <<X
[Limits]
MessagesPerHour = 0
MessagesPerDay = 0
RecipientsPerHour = 0
RecipientsPerDay = 0
RecipientsPerMessage = 0
FirstTimeRecipientsPerDay = 0
BytesPerMessage = 0
QueuedMessages = 0
HardBouncePercentPerDay = 0
NullSenderMessagesPerHour = 0
SpamComplaintsPerDay = 0
NewNetworksPerDay = 0
[Arrival]
CheckPatience = 0
[Tls]
Certificate = $CERT
CertificateKey = $KEY
${PACKETBOAT_INI:-}
X
if [ "$AUTH" = yes ]; then
    printf '%s\n' "$BENCH_PASS" | "$PACKETBOAT" account add "$BENCH_USER" --any-sender --ctrl "$DIR/ctrl" --password-stdin > /dev/null
else
    echo 127.0.0.1 > "$DIR/ctrl/relay.cfg"
fi
exec "$PACKETBOAT" serve --ctrl "$DIR/ctrl" > "$DIR/log" 2>&1

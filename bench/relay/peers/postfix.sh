# Postfix of the machine's package, in the foreground, from directories of its own.
. "$(dirname "$0")/common.sh"
etc="$DIR/etc"
mkdir -p "$etc/sasl" "$DIR/spool" "$DIR/lib"
chown postfix "$DIR/lib"
cat > "$etc/sasl/smtpd.conf" <<X
pwcheck_method: auxprop
auxprop_plugin: sasldb
mech_list: PLAIN
sasldb_path: $etc/sasldb2
X
printf %s "$BENCH_PASS" | saslpasswd2 -p -c -f "$etc/sasldb2" -u bench.test "$BENCH_USER"
chmod 644 "$etc/sasldb2"
cat > "$etc/main.cf" <<X
compatibility_level = 3.6
queue_directory = $DIR/spool
data_directory = $DIR/lib
myhostname = mail.bench.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:$SINK_PORT
disable_dns_lookups = yes
smtp_host_lookup = native
message_size_limit = 104857600
mailbox_size_limit = 0
default_process_limit = 300
default_destination_concurrency_limit = 20
initial_destination_concurrency = 20
smtp_connection_cache_destinations = [127.0.0.1]:$SINK_PORT
smtpd_peername_lookup = no
smtpd_relay_restrictions = $([ "$AUTH" = yes ] && echo permit_sasl_authenticated, reject || echo permit_mynetworks, reject)
smtpd_sasl_auth_enable = $AUTH
smtpd_sasl_local_domain = bench.test
smtpd_sasl_security_options = noanonymous
cyrus_sasl_config_path = $etc/sasl
smtpd_tls_security_level = $([ "$TLS" = yes ] && echo may || true)
smtpd_tls_cert_file = $CERT
smtpd_tls_key_file = $KEY
maillog_file_prefixes = $DIR
maillog_file = $DIR/mail.log
X
cat > "$etc/master.cf" <<X
127.0.0.1:$PORT inet n - n - - smtpd
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
local     unix  - n n - - local
virtual   unix  - n n - - virtual
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
X
exec postfix -c "$etc" start-fg

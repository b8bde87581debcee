# Exim, unpacked by install.sh or installed: it queues on receipt, and queue runners deliver (its fastest way here).
. "$(dirname "$0")/common.sh"
bin="$PEERS/exim4-daemon-heavy/usr/sbin/exim4"
[ -x "$bin" ] || bin=$(command -v exim4)
install -d -o Debian-exim -g Debian-exim "$DIR/spool" "$DIR/log"
if [ "$AUTH" = yes ]; then accept='authenticated = *'; else accept='hosts = 127.0.0.0/8'; fi
if [ "$TLS" = yes ]; then tls='*'; else tls=; fi
cat > "$DIR/exim.conf" <<X
primary_hostname = mail.bench.test
exim_path = $bin
exim_user = Debian-exim
exim_group = Debian-exim
never_users =
spool_directory = $DIR/spool
log_file_path = $DIR/log/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = $PORT
keep_environment =
host_lookup =
rfc1413_hosts =
smtp_accept_max = 0
smtp_accept_max_per_connection = 0
smtp_accept_queue_per_connection = 0
smtp_accept_reserve = 0
smtp_connect_backlog = 512
split_spool_directory = true
queue_only = true
queue_run_max = 4
remote_max_parallel = 4
message_size_limit = 100M
smtp_receive_timeout = 5m
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
tls_advertise_hosts = $tls
tls_certificate = $CERT
tls_privatekey = $KEY
auth_advertise_hosts = *
begin acl
acl_rcpt:
  accept $accept
  deny message = relay not permitted
acl_data:
  accept
begin routers
smarthost:
  driver = manualroute
  domains = *
  transport = smart
  route_list = * 127.0.0.1
  self = send
begin transports
smart:
  driver = smtp
  port = $SINK_PORT
  hosts_try_fastopen =
  hosts_avoid_tls = *
  connection_max_messages = 500
  allow_localhost
begin retry
* * F,2h,15m
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and {{eq{\$auth2}{$BENCH_USER}}{eq{\$auth3}{$BENCH_PASS}}}}
  server_set_id = \$auth2
X
chmod 644 "$DIR/exim.conf"
mkdir -p /etc/exim4
grep -qxF "$DIR/exim.conf" /etc/exim4/trusted_configs 2> /dev/null || echo "$DIR/exim.conf" >> /etc/exim4/trusted_configs
exec "$bin" -C "$DIR/exim.conf" -bdf -q1s

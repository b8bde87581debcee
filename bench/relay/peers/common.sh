# Sourced by each peer: the machine's part of the configuration. The driver gives
#   DIR        an empty directory for this run, on the disk that is measured
#   PORT       where the peer listens on 127.0.0.1
#   SINK_PORT  where it relays to, on 127.0.0.1
#   AUTH       yes: only signed-in clients relay; no: any client of this machine does
#   TLS        yes: STARTTLS is offered
#   BENCH_USER, BENCH_PASS, CERT, KEY
# A peer ends in exec, so that its process is the one that the driver measures and stops.
set -eu

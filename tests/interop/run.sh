#!/bin/bash
# run.sh [PACKETBOAT...] - Packetboat against Postfix, Exim, swaks, curl, msmtp, Python and scripted Synchronet systems, all on loopback.
# PACKETBOAT is the command to test; by default what "dotnet build src/Packetboat" left. Run as root: Postfix and Exim want it, and port 465.
# One line a case; the last line counts them; the exit status is not 0 if any failed. Logs are kept if so, or with KEEP=1.
# ONLY=word[,word] runs the groups whose names begin so; see cases.py. SEED repeats a run's random numbers.
set -u
here=$(cd "$(dirname "$0")" && pwd)
built=$here/../../src/Packetboat/bin/Debug/net10.0/packetboat.dll
[ $# -gt 0 ] || set -- dotnet "$(readlink -f "$built" || echo "$built")"

# Short, because the path of a control socket must be; open, because Postfix and Exim run as users of their own.
work=$(mktemp -d /tmp/pbi.XXXX)
chmod 755 "$work"
mkdir "$work/pids"
python=
# The python program ends what it started; this is for when it was itself killed.
finish() {
    trap - EXIT
    [ -z "$python" ] || kill -TERM "$python" 2>/dev/null && wait "$python" 2>/dev/null
    local signal pid i
    for signal in TERM KILL; do
        for pid in $(ls "$work/pids" 2>/dev/null); do kill -$signal -- "-$pid" 2>/dev/null; done
        for ((i = 0; i < 60; i++)); do
            for pid in $(ls "$work/pids" 2>/dev/null); do kill -0 -- "-$pid" 2>/dev/null || rm -f "$work/pids/$pid"; done
            [ -n "$(ls "$work/pids" 2>/dev/null)" ] || break 2
            sleep 0.05
        done
    done
    [ "$1" != 0 ] || [ -n "${KEEP:-}" ] || rm -rf "$work"
    exit "$1"
}
trap 'finish 143' TERM INT HUP
trap 'finish $?' EXIT

setpriv --pdeathsig TERM timeout --kill-after 30 "${DEADLINE:-480}" python3 "$here/cases.py" "$work" "$@" &
python=$!
wait $python
status=$?
python=
exit $status

#!/usr/bin/env bash
# Fuzzes every parser with AFL++, which sees what each input reaches: the libraries are instrumented by SharpFuzz.
#   fuzz/run.sh [SECONDS] [TARGET...]    in all, an hour unless told; all targets unless named
# It goes on where the last run stopped; FRESH=1 begins anew. Needs afl-fuzz (Debian: afl++). Findings lie in artifacts/fuzz/TARGET/out;
# the exit code is 1 if there are any.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-3600}
shift || true
work=$(pwd)/artifacts/fuzz
program=$work/bin/Packetboat.Fuzz.dll
jobs=${JOBS:-$(nproc)}
command -v afl-fuzz >/dev/null || { echo "afl-fuzz is missing: apt-get install afl++"; exit 69; }

build() {
    dotnet tool restore >/dev/null
    dotnet build fuzz/Packetboat.Fuzz -c Release --nologo -v quiet
    rm -rf "$work/bin"
    mkdir -p "$work"
    cp -r fuzz/Packetboat.Fuzz/bin/Release/net10.0 "$work/bin"
    for library in Packetboat.Protocol Packetboat.Relay packetboat DnsClient; do
        dotnet sharpfuzz "$work/bin/$library.dll"
    done
}

fuzz() { # target, seconds
    local target=$1 folder=$work/$1
    export AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_QUIET=1
    export AFL_AUTORESUME=1 AFL_FAST_CAL=1 AFL_FORKSRV_INIT_TMOUT=60000
    afl-fuzz -V "$2" -t 10000 -m none -i "$folder/in" -o "$folder/out" -- dotnet "$program" afl "$target" >"$folder/log" 2>&1 \
        || { echo "$target: afl-fuzz failed"; tail -n 15 "$folder/log"; }
    summary "$target"
}

summary() { # target
    local stats=$work/$1/out/default/fuzzer_stats
    [ -f "$stats" ] || { printf '%-14s did not start\n' "$1"; return; }
    awk -F' *: *' -v target="$1" '{ s[$1] = $2 } END {
        printf "%-14s %9d executions %7.0f/s %5s of the map %5d inputs %3d crashes %3d hangs\n",
            target, s["execs_done"], s["execs_per_sec"], s["bitmap_cvg"], s["corpus_count"], s["saved_crashes"], s["saved_hangs"] }' "$stats"
}

build
[ "${FRESH:-}" = 1 ] && find "$work" -mindepth 1 -maxdepth 1 ! -name bin -exec rm -rf {} +
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(dotnet "$program" list | awk '{ print $1 }')
for target in "${targets[@]}"; do
    mkdir -p "$work/$target"
    rm -rf "$work/$target/in"
done
dotnet "$program" corpus "$work/seeds"
for target in "${targets[@]}"; do mv "$work/seeds/$target" "$work/$target/in"; done
rm -rf "$work/seeds"

each=$((seconds * jobs / ${#targets[@]}))
[ "$each" -gt 0 ] || each=1
echo "${#targets[@]} targets, $each seconds each, $jobs at a time"
export -f fuzz summary
export work program
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -c 'fuzz "$1" "$2"' _ {} "$each"

found=$(find "$work" -path '*/out/default/*' \( -path '*/crashes/id*' -o -path '*/hangs/id*' \) | wc -l)
echo "$found findings"
[ "$found" = 0 ]

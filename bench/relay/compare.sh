#!/bin/bash
# Builds Packetboat as it ships, installs the peers that are named, and compares. Run as root.
#   bench/relay/compare.sh [--runs N] [--points NAME...] [PEER...]      peers: postfix exim haraka opensmtpd chasquid; default: postfix
set -eu
cd "$(dirname "$0")/../.."
options=() peers=()
while [ $# -gt 0 ]; do
    case $1 in
        --points)
            options+=("$1")
            shift
            while [ $# -gt 0 ] && [[ $1 =~ ^[0-9] ]]; do options+=("$1"); shift; done
            ;;
        --*) options+=("$1" "$2"); shift 2 ;;
        *) peers+=("$1"); shift ;;
    esac
done
# The last one is what the others are compared with.
[ ${#peers[@]} -gt 0 ] || peers=(postfix)
bench/relay/peers/install.sh "${peers[@]}"
dotnet publish src/Packetboat -c Release -r linux-x64 -o artifacts/native
dotnet build -c Release src/Packetboat
dotnet build -c Release bench/relay
bench/relay/bin/Release/net10.0/relay-bench compare --packetboat artifacts/native/packetboat \
    --jit src/Packetboat/bin/Release/net10.0/packetboat --against "${peers[@]}" "${options[@]}" --table artifacts/benchmark.md

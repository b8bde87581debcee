#!/bin/bash
# Installs the named peers from Debian, and Haraka from npm. Run as root. It starts no daemon: what would conflict is only unpacked, under PEERS.
set -eu
root=${PEERS:-/var/cache/packetboat-interop}
here=$(cd "$(dirname "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive

# unpack PACKAGE LIBRARY... - the package's files under $root, and the libraries it needs installed.
unpack() {
    local package=$1
    shift
    [ ! -d "$root/$package" ] || return 0
    mkdir -p "$root/deb"
    chmod 755 "$root" "$root/deb"
    (cd "$root/deb" && apt-get download "$package")
    mapfile -t libraries < <(dpkg-deb -f "$root/deb/${package}"_*.deb Depends | tr ',' '\n' | sed 's/[(|].*//; s/ //g' | grep '^lib')
    [ ${#libraries[@]} = 0 ] || apt-get install -y --no-install-recommends "${libraries[@]}"
    dpkg -x "$root/deb/${package}"_*.deb "$root/$package"
}

user() { getent passwd "$1" > /dev/null || useradd --system --user-group --no-create-home --home-dir "$2" --shell /usr/sbin/nologin "$1"; }

for peer; do
    case $peer in
        postfix | exim) "$here/../../../tests/interop/install.sh" ;;
        opensmtpd)
            unpack opensmtpd
            mkdir -p /var/lib/opensmtpd/empty
            user opensmtpd /var/lib/opensmtpd/empty
            user opensmtpq /var/lib/opensmtpd/empty
            ;;
        chasquid) unpack chasquid ;;
        haraka)
            command -v npm > /dev/null || apt-get install -y --no-install-recommends npm
            [ -d "$root/haraka/node_modules/Haraka" ] || npm install --prefix "$root/haraka" --no-audit --no-fund Haraka
            ;;
        *)
            echo "there is no peer '$peer'; there are postfix, exim, haraka, opensmtpd and chasquid" >&2
            exit 64
            ;;
    esac
done

#!/bin/bash
# Installs the programs that run.sh talks to, by their Debian package names. Run as root. It is quick when all is there, and starts no
# daemon. Postfix is installed as a package. Exim's package conflicts with it, so that one is only unpacked, under $PEERS_ROOT.
set -eu
root=${PEERS_ROOT:-/var/cache/packetboat-interop}
exim=exim4-daemon-heavy
packages=(postfix sasl2-bin libsasl2-modules libsasl2-modules-db swaks libnet-ssleay-perl curl msmtp gsasl python3 openssl procps util-linux
    ca-certificates libmail-spf-perl libmail-dkim-perl libmail-dmarc-perl python3-dkim python3-nacl publicsuffix
    libmail-deliverystatus-bounceparser-perl libmail-srs-perl unbound ldnsutils
    mosquitto mosquitto-clients)
export DEBIAN_FRONTEND=noninteractive

# A package that finds no policy-rc.d starts its daemon.
if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
fi

is_installed() { [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = 'install ok installed' ]; }
updated=
# apt [ARGUMENT...] - apt-get; if the lists are missing or old, once more after fetching them.
apt() {
    apt-get -o Dpkg::Use-Pty=0 "$@" && return
    [ -z "$updated" ] || return 1
    updated=1
    apt-get update && apt-get -o Dpkg::Use-Pty=0 "$@"
}
require() {
    local package missing=()
    for package; do is_installed "$package" || missing+=("$package"); done
    [ ${#missing[@]} = 0 ] || apt install -y --no-install-recommends --no-upgrade "${missing[@]}"
}

is_installed postfix || echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
require "${packages[@]}"

if [ ! -x "$root/$exim/usr/sbin/exim4" ]; then
    mkdir -p "$root/deb"
    chmod 755 "$root" "$root/deb"
    (cd "$root/deb" && rm -f "$exim"_*.deb && apt download "$exim")
    # The libraries it names; its other dependencies configure a system-wide Exim, which there is none of.
    mapfile -t libraries < <(dpkg-deb -f "$root/deb/$exim"_*.deb Depends | tr ',' '\n' | sed 's/[(|].*//; s/ //g' | grep '^lib')
    require "${libraries[@]}"
    dpkg -x "$root/deb/$exim"_*.deb "$root/$exim"
fi
getent group Debian-exim > /dev/null || groupadd --system Debian-exim
getent passwd Debian-exim > /dev/null ||
    useradd --system --gid Debian-exim --no-create-home --home-dir /var/spool/exim4 --shell /usr/sbin/nologin Debian-exim

"""TLS that domains demand: zones signed by ldns, validated by unbound, and a policy on a web server; servers that are right, wrong and attacked."""
import hashlib
import http.server
import json
import os
import smtplib
import socket
import ssl
import subprocess
import threading

from world import Failed, Packetboat, Sink, wait_until

STRIPPED, POLICY_HOST = "127.0.0.48", "127.0.0.47"
# What is in each zone besides its MX: which address its server has, what its TLSA record says, whether it is signed.
SIGNED = {"good": "right", "anchor": "authority", "wrong": "other", "stripped": "right", "bogus": "right"}
UNSIGNED = {"plain": "other", "policy": None, "strict": None, "cut": None}
ARRIVE = {"good": "verified (DANE)", "anchor": "verified (DANE)", "plain": "TLS 1.3", "policy": "verified (MTA-STS)"}
WAIT = {
    "wrong": ("tls-policy", "it is not the one that the TLSA records name"),
    "stripped": ("tls-policy", "offers none"),
    "bogus": ("tls-policy", "could not be looked up"),
    "strict": ("tls-policy", "does not name the host"),
    "cut": ("tls-policy", "offers none"),
}
MODE = "version: STSv1\nmode: enforce\nmx: %s\nmax_age: 86400\n"


def transport(run, results):
    sink = Sink(run, "transport-sink")
    names = [name for zone in {**SIGNED, **UNSIGNED} for name in ("mx.%s.test" % zone, "mta-sts.%s.test" % zone)]
    certificates = run.certificates("transport-ca", *names)
    mx = Packetboat(
        run,
        "transport-mx",
        {"HostName": "mx.good.test", "Options": "ALLOW_POP3 | RELAY_TX", "RelayServer": "127.0.0.1", "RelayPort": sink.port},
        "[Tls]\nCertificate = %s/cert.pem\nCertificateKey = %s/key.pem\n" % (certificates, certificates),
        trusts_local=True,
    )
    mx.start().ready()
    Stripper(mx.port)
    serve_policies(certificates)
    dns = unbound(run, certificates, mx.port)
    boat = Packetboat(
        run,
        "transport-boat",
        {"HostName": "boat.test", "Options": "ALLOW_POP3", "DNSServer": "127.0.0.1:%d" % dns},
        "AllowPrivateTargets = true\nDirectPort = %d\nDnssecTrusted = true\n" % mx.port,
        trusts_local=True,
    )
    # The certificates of web servers and of servers under a policy are those of an authority that the machine trusts: this one.
    trust = {"SSL_CERT_FILE": os.path.join(certificates, "ca.pem"), "SSL_CERT_DIR": "/nonexistent"}
    boat.process = run.start(boat.name, [*run.packetboat, "serve", "--ctrl", boat.ctrl], trust)
    boat.ready()
    with smtplib.SMTP("127.0.0.1", boat.port, local_hostname="client.test", timeout=30) as server:
        for zone in [*ARRIVE, *WAIT]:
            server.sendmail("a@boat.test", [address_of(zone)], "Subject: to %s\r\n\r\nx\r\n" % zone)
    for zone, words in ARRIVE.items():
        results.case("%s.test gets its mail, %s" % (zone, words), lambda zone=zone, words=words: arrives(boat, sink, zone, words), "transport-*")
    for zone, (kind, words) in WAIT.items():
        results.case("%s.test waits, %s" % (zone, kind), lambda zone=zone, kind=kind, words=words: waits(boat, sink, zone, kind, words), "transport-*")
    boat.stop()
    mx.stop()


def address_of(zone):
    """The sink's arrivals are counted by what stands behind the first five letters."""
    return "mail-%s@%s.test" % (zone, zone)


def attempts(boat, zone):
    """What was said of the attempts for a zone, each as one text."""
    listed = json.loads(boat.run("trace", "--to", address_of(zone), "--json"))
    return json.dumps(listed)


def arrives(boat, sink, zone, words):
    sink.wait_for([zone])
    text = wait_until(lambda: next((t for t in [attempts(boat, zone)] if words in t), None), "%r in the trace of %s" % (words, zone))
    return "%d octets of trace" % len(text)


def waits(boat, sink, zone, kind, words):
    text = wait_until(
        lambda: next((t for t in [attempts(boat, zone)] if words in t and kind in t), None),
        lambda: "%r and %r in the trace of %s: %s" % (kind, words, zone, attempts(boat, zone)[-600:]),
    )
    for file in os.listdir(sink.folder):
        if file.endswith(".json"):
            with open(os.path.join(sink.folder, file), "rb") as stream:
                if any(zone + "@" in address for address in json.load(stream)["rcpt_to"]):
                    raise Failed("%s.test got it" % zone)
    return "%d octets of trace" % len(text)


def unbound(run, certificates, port):
    """A validating resolver that has the zones; returns its port."""
    folder, own = run.folder("transport-dns"), run.port()
    lines = [
        "server:",
        '  directory: "%s"' % folder,
        '  chroot: ""',
        '  username: ""',
        '  pidfile: ""',
        "  use-syslog: no",
        "  do-daemonize: no",
        "  verbosity: 2",
        "  interface: 127.0.0.1",
        "  port: %d" % own,
        '  local-zone: "test." nodefault',
        # Nobody asks the world for anything.
        '  local-zone: "boat.test." static',
        '  local-zone: "hub.test." static',
        '  module-config: "validator iterator"',
    ]
    zones = []
    for zone, tlsa in {**SIGNED, **UNSIGNED}.items():
        name, file = zone + ".test", os.path.join(folder, zone + ".zone")
        with open(file, "w") as stream:
            stream.write(zone_text(zone, tlsa, certificates, port))
        if zone in SIGNED:
            file = sign(folder, name, file)
            lines.append('  trust-anchor-file: "%s"' % anchor_of(folder, name))
        else:
            lines.append('  domain-insecure: "%s"' % name)
        if zone == "bogus":
            # What is said of the certificate was changed on the way.
            with open(file) as stream:
                text = stream.read()
            right = key_of(certificates)
            if right not in text.lower():
                raise Failed("the signed zone has no such TLSA record")
            with open(file, "w") as stream:
                stream.write(replace_any_case(text, right, "0" * 64))
        zones += [  # as if they had come over the net, so that they are validated
            "auth-zone:",
            '  name: "%s"' % name,
            '  zonefile: "%s"' % file,
            "  for-downstream: no",
            "  for-upstream: yes",
            "  fallback-enabled: no",
        ]
    config = os.path.join(folder, "unbound.conf")
    with open(config, "w") as stream:
        stream.write("\n".join([*lines, *zones, "remote-control:", "  control-enable: no", ""]))
    process = run.start("transport-unbound", ["/usr/sbin/unbound", "-d", "-p", "-c", config])
    run.listening(process, own)
    return own


def replace_any_case(text, old, new):
    at = text.lower().index(old)
    return text[:at] + new + text[at + len(old) :]


def zone_text(zone, tlsa, certificates, port):
    name = zone + ".test."
    address = STRIPPED if zone in ("stripped", "cut") else "127.0.0.1"
    lines = [
        "%s 300 IN SOA ns.%s root.%s 1 3600 600 86400 300" % (name, name, name),
        "%s 300 IN NS ns.%s" % (name, name),
        "ns.%s 300 IN A 127.0.0.1" % name,
        "%s 300 IN MX 10 mx.%s" % (name, name),
        "mx.%s 300 IN A %s" % (name, address),
    ]
    if tlsa:
        data = {"right": "3 1 1 " + key_of(certificates), "other": "3 1 1 " + "ab" * 32, "authority": "2 0 1 " + authority_of(certificates)}
        lines.append("_%d._tcp.mx.%s 300 IN TLSA %s" % (port, name, data[tlsa]))
    else:
        lines += ['_mta-sts.%s 300 IN TXT "v=STSv1; id=1;"' % name, "mta-sts.%s 300 IN A %s" % (name, POLICY_HOST)]
    return "\n".join(lines) + "\n"


def sign(folder, name, file):
    made = subprocess.run(["ldns-keygen", "-a", "ECDSAP256SHA256", "-k", name], cwd=folder, capture_output=True, text=True, check=True, timeout=30)
    key = made.stdout.strip()
    os.rename(os.path.join(folder, key + ".key"), anchor_of(folder, name))
    # The signer looks for the key by its name.
    os.symlink(anchor_of(folder, name), os.path.join(folder, key + ".key"))
    subprocess.run(["ldns-signzone", "-o", name, "-f", file + ".signed", file, key], cwd=folder, capture_output=True, check=True, timeout=30)
    return file + ".signed"


def anchor_of(folder, name):
    return os.path.join(folder, name + ".anchor")


def key_of(certificates):
    """SHA-256 of the server's public key."""
    command = "openssl x509 -in cert.pem -noout -pubkey | openssl pkey -pubin -outform DER"
    return hashlib.sha256(subprocess.run(command, shell=True, cwd=certificates, capture_output=True, check=True, timeout=30).stdout).hexdigest()


def authority_of(certificates):
    command = ["openssl", "x509", "-in", "ca.pem", "-outform", "DER"]
    return hashlib.sha256(subprocess.run(command, cwd=certificates, capture_output=True, check=True, timeout=30).stdout).hexdigest()


def serve_policies(certificates):
    """All policies, by HTTPS; strict.test has one that names no host of its MX."""

    class Policies(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            zone = self.headers["Host"].split(".")[1]
            body = (MODE % ("other.test" if zone == "strict" else "*.%s.test" % zone)).encode()
            self.send_response(200 if self.path == "/.well-known/mta-sts.txt" else 404)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer((POLICY_HOST, 443), Policies)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(certificates, "cert.pem"), os.path.join(certificates, "key.pem"))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()


class Stripper:
    """Somebody on the way who takes STARTTLS out of what a server offers."""

    def __init__(self, port):
        self._port, self._socket = port, socket.create_server((STRIPPED, port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            client, _ = self._socket.accept()
            server = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=self._pass, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()

    @staticmethod
    def _pass(source, target, strips):
        try:
            while data := source.recv(65536):
                target.sendall(data.replace(b"STARTTLS\r\n", b"XNOTHING\r\n") if strips else data)
        except OSError:
            pass
        finally:
            target.close()

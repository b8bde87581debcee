"""All cases; run.sh starts this. Each group builds its own world, so groups run beside each other and alone (ONLY=clients,crash)."""
import concurrent.futures
import functools
import os
import random
import re
import signal
import smtplib
import ssl
import subprocess
import sys
import threading
import time

import authentication
import broker
import content
import ending
import srs
import suspension
import transport
import world
from world import ACCOUNT, PASSWORD, PEERS, Failed, Sink, World, wait_until

SEED = int(os.environ.get("SEED") or random.SystemRandom().randint(1, 999999))
# What the clients can and we are known to offer. A mechanism that is no longer offered is a failure, not a case less.
OFFERED = {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"}
CLIENTS = {
    "swaks": ["PLAIN", "LOGIN", "CRAM-MD5"],
    "curl": ["PLAIN", "LOGIN", "CRAM-MD5"],
    "msmtp": ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"],
    "python": ["PLAIN", "LOGIN", "CRAM-MD5"],
}
WRONG_PASSWORD = {"swaks": 28, "curl": 67, "msmtp": 77, "python": 77}
NOT_SIGNED_IN = {"swaks": 23, "curl": 55, "msmtp": 65, "python": 69}


class Results:
    """Prints a line for each case as soon as it is known, and counts."""

    def __init__(self, folder):
        self.folder, self.passed, self.failed, self._ended = folder, 0, 0, False
        self._lock = threading.Lock()

    def case(self, title, test, logs=""):
        """Runs the test; what it returns is printed behind the title. Returns whether it passed."""
        begin = time.monotonic()
        try:
            note, ok = test() or "", True
        except (Failed, OSError, ValueError, KeyError, subprocess.SubprocessError, smtplib.SMTPException) as failure:
            note, ok = ("%s" % failure if isinstance(failure, Failed) else repr(failure)), False
        seconds = time.monotonic() - begin
        with self._lock:
            if self._ended:
                return False
            if ok:
                self.passed += 1
                print("ok   %s%s (%.1f s)" % (title, ": " + note if note else "", seconds), flush=True)
            else:
                self.failed += 1
                print("FAIL %s: %s; logs: %s" % (title, note, os.path.join(self.folder, logs)), flush=True)
        return ok

    def end(self):
        """Before all cases are done: by the deadline, or by hand."""
        if not self._ended:
            self._ended = True
            print("FAIL the run was ended before its last case, by its deadline of %s s or by hand" % os.environ.get("DEADLINE", "480"))
            print("%d passed, %d failed, 0 skipped" % (self.passed, self.failed + 1), flush=True)


def whole(messages, folder):
    """All of them arrived once and as they were; how many, as a text."""
    count, wrong = content.compare(messages, folder)
    if wrong:
        raise Failed("%d of %d whole; %s" % (count, len(messages), " | ".join(wrong[:3])))
    return "%d of %d whole" % (count, len(messages))


def relayed(messages, port, folder, seconds=90):
    """Sends messages through a port, waits until all are in the sink, compares."""
    begin = time.monotonic()
    world.send(port, messages)
    sent = time.monotonic()
    world.wait_for_arrivals(folder, messages, seconds)
    return "%s, sent in %.1f s, there after %.1f s" % (whole(messages, folder), sent - begin, time.monotonic() - begin)


def prefixed(prefix, messages):
    return {prefix + name: message for name, message in messages.items()}


# ---- clients: every program with every mechanism it shares with us


def clients(run, results):
    sink = Sink(run, "clients-sink")
    hub = world.hub(run, "clients-hub", sink.port).start().ready()
    messages = list(content.generate(40, SEED).values())
    logs = "clients-*"
    results.case("the hub offers what the clients need", lambda: offers(hub), logs)

    turn = 0
    for mode, port in (("starttls", hub.submission), ("tls", hub.tls)):
        for client, mechanisms in CLIENTS.items():
            for mechanism in mechanisms:
                turn += 1
                name, message = "c%03d" % turn, messages[turn % len(messages)]
                test = functools.partial(delivers, run, hub, sink, client, mechanism, mode, port, name, message)
                title = "%s AUTH %s over %s" % (client, mechanism, "STARTTLS" if mode == "starttls" else "implicit TLS")
                results.case(title, test, logs)
    # GNU SASL's own program is a second opinion on SCRAM. It sends no mail. Its -PLUS knows tls-exporter and tls-unique only, and we
    # tls-server-end-point only.
    results.case("gsasl AUTH SCRAM-SHA-256 over STARTTLS", lambda: signs_in(hub, PASSWORD, 0, b"235"), logs)
    results.case("gsasl AUTH SCRAM-SHA-256 with a wrong password", lambda: signs_in(hub, "wrong", 1, b"535"), logs)
    for mechanism in ("PLAIN", "CRAM-MD5", "SCRAM-SHA-256"):
        for client in CLIENTS:
            if mechanism in CLIENTS[client]:
                test = functools.partial(is_refused, run, hub, client, mechanism, "wrong", hub.submission, WRONG_PASSWORD[client], b"535")
                results.case("%s AUTH %s with a wrong password" % (client, mechanism), test, logs)
    for client in CLIENTS:
        test = functools.partial(is_refused, run, hub, client, "none", PASSWORD, hub.submission, NOT_SIGNED_IN[client], b"530")
        results.case("%s without AUTH on the submission port" % client, test, logs)
    results.case("swaks without AUTH on the transfer port", lambda: is_refused(run, hub, "swaks", "none", PASSWORD, hub.port, 24, b"55"), logs)
    keys(run, results, hub, sink, messages[0], logs)
    results.case("no refused mail arrived", lambda: nobody(sink, "refused"), logs)
    hub.stop()


def keys(run, results, hub, sink, message, logs):
    """A client's certificate in place of a password, and an account that takes nothing else."""
    key = run.certificates("clients-key", "client.test")
    stranger = run.certificates("clients-stranger", "client.test")
    hub.run("account", "credential", "add", ACCOUNT, "laptop", "--certificate", os.path.join(key, "cert.pem"))
    for turn, (client, mode, port) in enumerate((c, m, p) for c in ("curl", "msmtp") for m, p in (("starttls", hub.submission), ("tls", hub.tls))):
        test = functools.partial(delivers, run, hub, sink, client, "EXTERNAL", mode, port, "k%03d" % turn, message, key)
        results.case("%s AUTH EXTERNAL over %s" % (client, "STARTTLS" if mode == "starttls" else "implicit TLS"), test, logs)
    for client, wanted in (("curl", 67), ("msmtp", 69)):
        test = functools.partial(is_refused, run, hub, client, "EXTERNAL", "none", hub.submission, wanted, b"535", stranger)
        results.case("%s AUTH EXTERNAL with a key of nobody" % client, test, logs)
    hub.run("account", "require", ACCOUNT, "--mechanisms", "EXTERNAL", "--tls")
    test = functools.partial(is_refused, run, hub, "swaks", "PLAIN", PASSWORD, hub.submission, WRONG_PASSWORD["swaks"], b"534 5.7.9")
    results.case("swaks AUTH PLAIN with the right password, where the account takes keys only", test, logs)
    test = functools.partial(delivers, run, hub, sink, "msmtp", "EXTERNAL", "starttls", hub.submission, "k900", message, key)
    results.case("msmtp AUTH EXTERNAL where the account takes keys only", test, logs)
    boat = certified_spoke(run, "clients-spoke", "127.0.0.1:%d" % hub.submission, hub.authority, key, "Auth = external\nUsername = %s\n" % ACCOUNT)
    attempt(results, boat, "a spoke's AUTH EXTERNAL where the account takes keys only", functools.partial(passes_on, boat, sink, "e"), logs)
    hub.run("account", "require", ACCOUNT, "--any")
    hub.run("account", "credential", "revoke", ACCOUNT, "laptop")
    test = functools.partial(is_refused, run, hub, "msmtp", "EXTERNAL", "none", hub.submission, 69, b"535", key)
    results.case("msmtp AUTH EXTERNAL with a key that was revoked", test, logs)


def certified_spoke(run, name, hub, authority, key, sign_in=""):
    """A spoke that shows the hub a certificate."""
    route = "[Route:hub]\nAction = relay\nRelay = %s\nCertificate = %s\nCertificateKey = %s\nTls = verified\n%s"
    files = (os.path.join(key, "cert.pem"), os.path.join(key, "key.pem"))
    return world.spoke(run, name, 1, authority, sections=route % (hub, *files, sign_in))


def passes_on(boat, sink, prefix):
    boat.start().ready()
    note = relayed_into(prefixed(prefix, content.generate(10, SEED)), boat.port, sink.folder)
    boat.stop()
    return note


def offers(hub):
    context = ssl.create_default_context(cafile=hub.authority)
    with smtplib.SMTP("localhost", hub.submission, local_hostname="client.test", timeout=20) as server:
        server.starttls(context=context)
        server.ehlo()
        offered = set(server.esmtp_features.get("auth", "").split())
        features = sorted(name for name in server.esmtp_features if name != "auth")
    if missing := OFFERED - offered:
        raise Failed("no %s among %s" % (sorted(missing), sorted(offered)))
    return "AUTH %s; %s" % (" ".join(sorted(offered)), " ".join(features))


def client_run(run, hub, client, mechanism, mode, port, name, message, password, key=""):
    file = os.path.join(run.folder("clients"), name + ".eml")
    with open(file, "wb") as stream:
        stream.write(message)
    environment = {
        **os.environ,
        "PORT": str(port),
        "CAFILE": hub.authority,
        "HUBNAME": "hub.test",
        "HUBUSER": ACCOUNT,
        "HUBPASS": password,
        "MSG": file,
        "TO": content.recipient(name),
        "SWAKS_OPT": "--silent 0",
        "CLIENTCERT": os.path.join(key, "cert.pem"),
        "CLIENTKEY": os.path.join(key, "key.pem"),
    }
    command = [os.path.join(PEERS, "client.sh"), client, mechanism, mode]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=45, stdin=subprocess.DEVNULL)
    output = done.stdout + done.stderr
    with open(os.path.join(run.work, "clients", name + ".out"), "wb") as stream:
        stream.write(output)
    return done.returncode, output


def delivers(run, hub, sink, client, mechanism, mode, port, name, message, key=""):
    code, output = client_run(run, hub, client, mechanism, mode, port, name, message, PASSWORD, key)
    if code != 0:
        raise Failed("exit %d: %s" % (code, output.decode(errors="replace")[-200:]))
    sink.wait_for([name], 20)
    (got,) = [body for there, _, body in content.arrived(sink.folder) if there == name]
    if problem := content.difference(message, got):
        raise Failed(problem)
    return "%d octets whole" % len(message)


def is_refused(run, hub, client, mechanism, password, port, wanted, reply, key=""):
    name = "refused-%s-%s-%s-%d" % (client, mechanism, password[:5], port)
    code, output = client_run(run, hub, client, mechanism, "starttls", port, name, b"Subject: x\r\n\r\nx\r\n", password, key)
    if code != wanted:
        raise Failed("exit %d, not %d: %s" % (code, wanted, output.decode(errors="replace")[-200:]))
    if client in ("swaks", "python") and reply not in output:
        raise Failed("no %s in %s" % (reply.decode(), output.decode(errors="replace")[-200:]))
    return "exit %d" % code


def signs_in(hub, password, wanted, reply):
    command = ["gsasl", "--smtp", "--no-cb", "--x509-ca-file", hub.authority, "-m", "SCRAM-SHA-256", "-a", ACCOUNT, "-p", password]
    done = subprocess.run([*command, "localhost", str(hub.submission)], capture_output=True, timeout=45, stdin=subprocess.DEVNULL)
    output = done.stdout + done.stderr
    if done.returncode != wanted or reply not in output:
        raise Failed("exit %d: %s" % (done.returncode, output.decode(errors="replace")[-200:]))
    return "exit %d" % done.returncode


def nobody(sink, prefix):
    if stray := [name for name in content.names_in(sink.folder) if name.startswith(prefix)]:
        raise Failed("%s arrived" % stray)


# ---- hub: Postfix and Exim send through us


def hub_role(run, results):
    messages = content.generate(100, SEED)
    hub = None
    for peer in ("postfix", "exim"):
        logs = "hub-%s-*" % peer
        sink = Sink(run, "hub-%s-sink" % peer)
        if hub is None:
            hub = world.hub(run, "hub-hub", sink.port).start().ready()
        else:
            hub.stop()
            hub.write_ini(RelayPort=sink.port)
            hub.start().ready()
        port = run.port()
        environment = {
            "DIR": run.folder("hub-%s-spoke" % peer),
            "PORT": str(port),
            "HUBPORT": str(hub.submission),
            "HUBUSER": ACCOUNT,
            "HUBPASS": PASSWORD,
            "HUBNAME": "hub.test",
            "CAFILE": hub.authority,
        }
        process = run.start("hub-%s-peer" % peer, [os.path.join(PEERS, peer + "-spoke.sh")], environment)

        def test():
            run.listening(process, port)
            return relayed(messages, port, sink.folder)

        results.case("%s as spoke, AUTH PLAIN over verified STARTTLS" % peer.capitalize(), test, logs)
        run.stop(process)
    hub.stop()


# ---- spoke: we send through Postfix and Exim

IMPLICIT_ADDRESS = "127.0.0.46"  # with a port 465 of its own


def spoke_role(run, results):
    messages = content.generate(100, SEED)
    authority = run.certificates("spoke-ca", "hub.test", IMPLICIT_ADDRESS)
    for peer, strongest in (("postfix", "SCRAM-SHA-256"), ("exim", "PLAIN")):
        sink = Sink(run, "spoke-%s-sink" % peer)
        port = run.port()
        environment = {
            "DIR": run.folder("spoke-%s-hub" % peer),
            "PORT": str(port),
            "TLSPORT": "465",
            "TLSADDR": IMPLICIT_ADDRESS,
            "SINKPORT": str(sink.port),
            "MECHS": "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256",
            "HUBUSER": ACCOUNT,
            "HUBPASS": PASSWORD,
            "CERT": os.path.join(authority, "cert.pem"),
            "KEY": os.path.join(authority, "key.pem"),
        }
        process = run.start("spoke-%s-peer" % peer, [os.path.join(PEERS, peer + "-hub.sh")], environment)
        boat = world.spoke(run, "spoke-" + peer, port, os.path.join(authority, "ca.pem"))
        log = os.path.join(run.work, "spoke-%s-hub" % peer, *(["mail.log"] if peer == "postfix" else ["log", "mainlog"]))

        def test(auth, server, hub_port, part):
            name = (auth.removeprefix("RELAY_AUTH_") or "strongest").lower() + ("-tls" if hub_port == 465 else "")
            run.listening(process, port)
            run.listening(process, 465, address=IMPLICIT_ADDRESS)
            before = set(mechanisms_in(log))
            boat.write_ini(
                Options=" | ".join(["ALLOW_POP3", "RELAY_TX", *([auth] if auth else [])]), RelayServer=server, RelayPort=hub_port
            )
            boat.start().ready()
            named = prefixed(name + "-", part)
            note = relayed_into(named, boat.port, sink.folder)
            boat.stop()
            used = sorted(set(mechanisms_in(log)) - before)
            wanted = auth.removeprefix("RELAY_AUTH_").replace("_", "-") or strongest
            if {mechanism for mechanism, _ in used} != {wanted}:
                raise Failed("the hub saw %s instead of %s" % (used, wanted))
            return note + ", AUTH %s in the hub's log" % wanted

        few = dict(list(messages.items())[:20])
        for auth, server, hub_port, part in (
            ("RELAY_AUTH_PLAIN", "127.0.0.1", port, messages),
            ("RELAY_AUTH_LOGIN", "127.0.0.1", port, few),
            ("RELAY_AUTH_CRAM_MD5", "127.0.0.1", port, few),
            ("", "127.0.0.1", port, few),
            ("RELAY_AUTH_PLAIN", IMPLICIT_ADDRESS, 465, few),
        ):
            title = "%s as hub, %s over %s, %d messages" % (
                peer.capitalize(),
                auth or "the strongest mechanism",
                "implicit TLS" if hub_port == 465 else "verified STARTTLS",
                len(part),
            )
            attempt(results, boat, title, functools.partial(test, auth, server, hub_port, part), "spoke-%s*" % peer)
        run.stop(process)
    known_by_certificate(run, results, authority)


def known_by_certificate(run, results, authority):
    """A hub that lets in whoever has the certificate that it knows, without AUTH."""
    sink, port = Sink(run, "spoke-certificate-sink"), run.port()
    key, stranger = run.certificates("spoke-key", "spoke.test"), run.certificates("spoke-stranger", "spoke.test")
    shown = subprocess.run(
        ["openssl", "x509", "-in", os.path.join(key, "cert.pem"), "-noout", "-fingerprint", "-sha256"], capture_output=True, check=True
    )
    known = os.path.join(run.folder("spoke-certificate-hub"), "known")
    with open(known, "w") as stream:
        stream.write("%s yes\n" % shown.stdout.decode().strip().split("=")[1])
    environment = {
        "DIR": run.folder("spoke-certificate-hub"),
        "PORT": str(port),
        "SINKPORT": str(sink.port),
        "HUBUSER": ACCOUNT,
        "HUBPASS": PASSWORD,
        "CERT": os.path.join(authority, "cert.pem"),
        "KEY": os.path.join(authority, "key.pem"),
        "EXTRA": "smtpd_tls_ask_ccert = yes\nsmtpd_tls_fingerprint_digest = sha256\nrelay_clientcerts = texthash:%s\n"
        "smtpd_relay_restrictions = permit_tls_clientcerts, reject_unauth_destination" % known,
    }
    process = run.start("spoke-certificate-peer", [os.path.join(PEERS, "postfix-hub.sh")], environment)
    run.listening(process, port)
    boat = certified_spoke(run, "spoke-certificate", "127.0.0.1:%d" % port, os.path.join(authority, "ca.pem"), key)
    test = functools.partial(passes_on, boat, sink, "p")
    attempt(results, boat, "Postfix as hub, which knows the spoke by its certificate", test, "spoke-certificate*")
    other = certified_spoke(run, "spoke-certificate-other", "127.0.0.1:%d" % port, os.path.join(authority, "ca.pem"), stranger)

    def refused():
        other.start().ready()
        world.send(other.port, prefixed("refused", content.generate(1, SEED)))
        wait_until(lambda: any(route["isParked"] for route in other.status()["routes"]), "a parked route in packetboat status", 30)
        other.stop()
        return nobody(sink, "refused")

    attempt(results, other, "Postfix as hub, which does not know the spoke's certificate", refused, "spoke-certificate*")
    run.stop(process)
    breaks_off(run, results, authority, stranger)


def breaks_off(run, results, authority, stranger):
    """A TLS server that wants a certificate of its own authority ends the handshake with an alert, under TLS 1.3 after it."""
    server = ["openssl", "s_server", "-accept", IMPLICIT_ADDRESS + ":465", "-quiet", "-Verify", "1", "-verify_return_error"]
    server += ["-cert", os.path.join(authority, "cert.pem"), "-key", os.path.join(authority, "key.pem"), "-CAfile", os.path.join(authority, "ca.pem")]
    for version in ("-tls1_2", "-tls1_3"):
        boat = certified_spoke(run, "spoke-alert" + version, IMPLICIT_ADDRESS + ":465", os.path.join(authority, "ca.pem"), stranger)

        def parks():
            process = run.start("spoke-alert-peer" + version, [*server, version])
            run.listening(process, 465, address=IMPLICIT_ADDRESS)
            boat.start().ready()
            world.send(boat.port, prefixed("refused", content.generate(1, SEED)))
            routes = wait_until(lambda: [r for r in boat.status()["routes"] if r["isParked"]], "a parked route in packetboat status", 30)
            boat.stop()
            run.stop(process)
            if "breaks off when it is shown Certificate of [Route:hub]" not in routes[0]["reason"]:
                raise Failed(routes[0]["reason"])
            return routes[0]["reason"]

        attempt(results, boat, "openssl as hub, which refuses the spoke's certificate in the handshake (%s)" % version[1:], parks, "spoke-alert*")


def relayed_into(messages, port, folder):
    """As relayed, in a sink that has other messages as well."""
    begin = time.monotonic()
    world.send(port, messages)
    world.wait_for_arrivals(folder, messages, 90)
    there = time.monotonic() - begin
    wrong = ["%s: %s" % (n, d) for n, _, c in content.arrived(folder) if n in messages and (d := content.difference(messages[n], c))]
    twice = len([n for n in content.names_in(folder) if n in messages]) - len(messages)
    if wrong or twice:
        raise Failed("%d twice; %s" % (twice, " | ".join(wrong[:3])))
    return "%d of %d whole, there after %.1f s" % (len(messages), len(messages), there)


def mechanisms_in(log):
    """Mechanism and line of each sign-in in the log of Postfix or Exim."""
    try:
        with open(log, encoding="utf-8", errors="replace") as lines:
            text = lines.read()
    except FileNotFoundError:
        return []
    postfix = [(match[1], match.start()) for match in re.finditer(r"sasl_method=([A-Z0-9-]+)", text)]
    names = {"plain": "PLAIN", "login": "LOGIN", "cram": "CRAM-MD5"}
    return postfix + [(names.get(match[1], match[1]), match.start()) for match in re.finditer(r" A=(\w+):", text)]


# ---- chain: Packetboat to Packetboat


def chain(run, results):
    messages = content.generate(100, SEED)
    sink = Sink(run, "chain-sink")
    hub = world.hub(run, "chain-hub", sink.port).start()
    spoke = world.spoke(run, "chain-spoke", hub.submission, hub.authority).start()
    results.case(
        "Packetboat spoke, Packetboat hub", lambda: (hub.ready(), spoke.ready(), relayed(messages, spoke.port, sink.folder))[-1], "chain-*"
    )

    def sendmail():
        text = b"To: rcpt+mail1@example.net\nCc: <rcpt+mail2@example.net>\nBcc: rcpt+mail3@example.net\n" + (
            b"From: a@spoke.test\nDate: Mon, 6 Jan 2025 10:00:00 +0100\nMessage-ID: <x@spoke.test>\nSubject: from a file\n\n.a\n..\nend \xc3\xa9\n"
        )
        sent = re.sub(rb"Bcc:.*\n", b"", text).replace(b"\n", b"\r\n")
        spoke.run("sendmail", "-t", "-i", "-f", "a@spoke.test", stdin=text)
        sink.wait_for(["mail1", "mail2", "mail3"], 30)
        for name, envelope, body in content.arrived(sink.folder):
            if name.startswith("mail") and (problem := content.difference(sent, body)):
                raise Failed(problem)
            if name.startswith("mail") and envelope["mail_from"] != "a@spoke.test":
                raise Failed("sender %s" % envelope["mail_from"])
        return "3 recipients from To, Cc and Bcc; whole, without Bcc"

    results.case("packetboat sendmail -t with a file", sendmail, "chain-*")

    def bound():
        spoke.stop()
        spoke.write_ini(Options="ALLOW_POP3 | RELAY_TX")
        spoke.start().ready()
        note = relayed_into(prefixed("bound-", dict(list(messages.items())[:20])), spoke.port, sink.folder)
        with open(os.path.join(run.work, "chain-hub.log"), encoding="utf-8") as log:
            if "mechanism=SCRAM-SHA-256-PLUS" not in log.read():
                raise Failed("no SCRAM-SHA-256-PLUS in the hub's log")
        return note

    results.case("Packetboat spoke, Packetboat hub, the strongest mechanism: SCRAM-SHA-256-PLUS", bound, "chain-*")
    results.case("both end within 15 s of SIGTERM", lambda: (spoke.stop(), hub.stop())[0], "chain-*")


# ---- reports: what another program understands of ours


def reports(run, results):
    said = {
        "rcpt+unknown": "550 5.1.1 <rcpt@example.net>: Recipient address rejected: User unknown",
        "rcpt+full": "552 5.2.2 Mailbox full, quota exceeded",
        "rcpt+grey": "451 4.7.1 Greylisted, please come back",
    }
    pairs = {}
    for language in ("en", "de"):
        sink = Sink(run, "reports-sink-" + language, said)
        boat = world.Packetboat(
            run,
            "reports-" + language,
            {"HostName": "boat.test", "Options": "RELAY_TX", "RelayServer": "127.0.0.1", "RelayPort": sink.port},
            "ReportLanguage = %s\nDelayNotice = 1s\n" % language,
            trusts_local=True,
        ).start()
        pairs[language] = boat, sink
    for language, (boat, sink) in pairs.items():
        title = "Mail::DeliveryStatus::BounceParser reads bounces in " + language
        results.case(title, functools.partial(understood, boat, sink), "reports-*")
    # Both wait for the same look at the queue, a minute after the start.
    for language, (boat, sink) in pairs.items():
        title = "Mail::DeliveryStatus::BounceParser reads a notice of delay in " + language
        results.case(title, functools.partial(told_of_delay, boat, sink), "reports-*")
    for boat, _ in pairs.values():
        boat.stop()


def understood(boat, sink):
    boat.ready()
    message = b"Message-ID: <%s@client.test>\r\nSubject: a test\r\n\r\nHello\r\n"
    world.send(boat.port, {name: message % name.encode() for name in ("unknown", "full", "grey")}, sender="author@example.org")
    expected = {"unknown": ("user_unknown", "550"), "full": ("over_quota", "552")}
    for name, parsed in parsed_reports(sink, 2):
        kind, original = parsed[0]
        if kind != "bounce" or original != "<%s@client.test>" % name:
            raise Failed("%s: %s of %s" % (name, kind, original))
        if parsed[1:] != [("rcpt+%s@example.net" % name, *expected.pop(name))]:
            raise Failed("%s: %s" % (name, parsed[1:]))
    if expected:
        raise Failed("no report about %s" % ", ".join(expected))
    return "user_unknown, over_quota"


def told_of_delay(boat, sink):
    found = [parsed for name, parsed in parsed_reports(sink, 3, 100) if name == "grey"]
    if len(found) != 1 or found[0][0][0] != "delivery-status delayed":
        raise Failed("%d reports about it: %s" % (len(found), found))
    # The next one is due in a day: a start, which looks at once, sends none.
    boat.stop()
    boat.start().ready()
    time.sleep(2)
    if len(list(content.envelopes(sink.folder))) != 3:
        raise Failed("told again after a start")
    return found[0][0][0]


def parsed_reports(sink, count, seconds=30):
    """What the parser understood of each report, and which recipient it names first."""
    wait_until(lambda: len(list(content.envelopes(sink.folder))) >= count, lambda: "%d reports" % count, seconds)
    for _, envelope, body in content.arrived(sink.folder):
        if envelope["mail_from"] != "":
            raise Failed("a report from <%s>" % envelope["mail_from"])
        done = subprocess.run([os.path.join(PEERS, "bounce.pl")], input=body, capture_output=True, timeout=30)
        if done.returncode != 0 or done.stderr:
            raise Failed("bounce.pl: exit %d, %s" % (done.returncode, done.stderr.decode(errors="replace")[-300:]))
        lines = [tuple(line.split("\t")) for line in done.stdout.decode().splitlines()]
        name = re.search(rb"Final-Recipient: rfc822; rcpt\+(\w+)@", body)
        yield name[1].decode() if name else "?", lines


# ---- crash: SIGKILL in the middle


def crash(run, results):
    dice = random.Random(SEED)
    sink = Sink(run, "crash-sink")
    hub = world.hub(run, "crash-hub", sink.port)
    spoke = world.spoke(run, "crash-spoke", hub.submission, hub.authority)
    results.case("spoke and hub killed in the middle (SEED %d)" % SEED, lambda: crash_test(dice, sink, hub, spoke), "crash-*")


def crash_test(dice, sink, hub, spoke, count=1000):
    hub.start()
    spoke.start()
    hub.ready()
    spoke.ready()
    accepted, problems = set(), []
    todo, lock = list(range(count)), threading.Lock()
    stop = time.monotonic() + 150

    def submit():
        server = None
        while time.monotonic() < stop:
            with lock:
                if not todo:
                    break
                number = todo.pop(0)
            name = "k%04d" % number
            try:
                server = server or smtplib.SMTP("127.0.0.1", spoke.port, local_hostname="client.test", timeout=20)
                body = b"Subject: %d\r\nMessage-ID: <k%d@client.test>\r\n\r\n%s\r\n" % (number, number, b"x" * (number % 70))
                server.sendmail("sender@example.org", [content.recipient(name)], body)
                accepted.add(name)
            except (OSError, smtplib.SMTPException) as failure:
                if isinstance(failure, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)):
                    problems.append(repr(failure))
                with lock:
                    todo.insert(0, number)  # the reply may have been lost: this one may arrive twice
                if server:
                    server.close()
                server = None
                time.sleep(0.05)
        if server:
            server.close()

    threads = [threading.Thread(target=submit, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    kills = sorted((dice.randint(50, count - 50), dice.random() * 0.2, victim) for victim in ("spoke", "hub", "both", "spoke", "hub"))
    for threshold, pause, victim in kills:
        wait_until(lambda: len(accepted) >= threshold, lambda: "%d accepted, %d so far; %s" % (threshold, len(accepted), problems[:2]), 90)
        time.sleep(pause)  # so that it is not always just after a reply
        victims = [boat for boat in (spoke, hub) if victim in (boat.name.split("-")[1], "both")]
        for boat in victims:
            boat.kill()
        for boat in victims:
            boat.start()
        for boat in victims:
            boat.ready()
    for thread in threads:
        thread.join(max(0, stop - time.monotonic()) + 25)
    try:
        sink.wait_for(accepted, 90)
    except Failed as late:
        problems.append(str(late))
    arrivals = content.names_in(sink.folder)
    lost = accepted - set(arrivals)
    note = "%d accepted, %d delivered, %d duplicates, %d lost; killed %s" % (
        len(accepted),
        len(set(arrivals)),
        len(arrivals) - len(set(arrivals)),
        len(lost),
        ", ".join("%s after %d" % (victim, threshold) for threshold, _, victim in kills),
    )
    if lost or len(accepted) != count:
        raise Failed("%s; lost %s; %s" % (note, sorted(lost)[:5], problems[:3]))
    spoke.stop()
    hub.stop()
    return note


# ---- synchronet: scripted systems that say what the real one was heard to say


def synchronet_spoke(run, results):
    sink = Sink(run, "syncspoke-sink")
    hub = world.hub(run, "syncspoke-hub", sink.port).start().ready()

    def test(method, password=PASSWORD):
        folder = run.folder("syncspoke-sent-" + method)
        prefix = "s%s-" % method
        command = [os.path.join(PEERS, "synchronet_spoke.py"), str(hub.submission), ACCOUNT, password, method, "20", folder]
        done = subprocess.run(command, env={**os.environ, "PREFIX": prefix}, capture_output=True, timeout=90, text=True)
        if done.returncode != 0:
            raise Failed(done.stderr.strip()[-300:])
        messages = {}
        for file in os.listdir(folder):
            with open(os.path.join(folder, file), "rb") as stream:
                messages[file[:-4]] = stream.read()
        world.wait_for_arrivals(sink.folder, messages, 60)
        for name, _, body in content.arrived(sink.folder):
            if name in messages and (problem := content.difference(messages[name], body)):
                raise Failed("%s: %s" % (name, problem))
        return "%s, %d whole" % (done.stdout.strip(), len(messages))

    for method in ("plain", "login", "cram-md5"):
        results.case("a Synchronet spoke, RELAY_AUTH_%s" % method.upper(), functools.partial(test, method), "syncspoke-*")

    def wrong():
        try:
            test("plain", "wrong")
        except Failed as refusal:
            if "535" in str(refusal):
                return str(refusal)
            raise
        raise Failed("it was let in")

    results.case("a Synchronet spoke with a wrong password", wrong, "syncspoke-*")
    hub.stop()


def synchronet_hub(run, results):
    authority = run.certificates("synchub-ca", "hub.test")
    password = PASSWORD.lower()  # CRAM-MD5 works there with small letters only
    folder, port, strict_port, calls = run.folder("synchub-stored"), run.port(), run.port(), os.path.join(run.work, "synchub-calls")
    environment = {
        "DIR": folder,
        "PORT": str(port),
        "CERT": os.path.join(authority, "cert.pem"),
        "KEY": os.path.join(authority, "key.pem"),
        "HUBUSER": ACCOUNT,
        "HUBPASS": password.upper(),
        "DELAY": "1",
        "CALLS": calls,
    }
    process = run.start("synchub-peer", [os.path.join(PEERS, "synchronet_hub.py")], environment)
    run.listening(process, port)
    boat = world.spoke(run, "synchub-spoke", port, os.path.join(authority, "ca.pem"), password=password)
    messages = content.generate(20, SEED)

    def test(method):
        open(calls, "wb").close()
        boat.write_ini(Options="ALLOW_POP3 | RELAY_TX | RELAY_AUTH_" + method)
        boat.start().ready()
        note = relayed_into(prefixed(method + "-", messages), boat.port, folder)
        boat.stop()
        with open(calls, "rb") as stream:
            said = stream.read().split(b"\n")
        if not any(line.startswith(b"AUTH " + method.replace("_", "-").encode()) for line in said):
            raise Failed("it never said AUTH " + method)
        return note + ", %d connections" % said.count(b"STARTTLS")

    for method in ("PLAIN", "LOGIN", "CRAM_MD5"):
        attempt(results, boat, "a Synchronet hub, RELAY_AUTH_" + method, functools.partial(test, method), "synchub-*")

    boat.write_ini(Options="ALLOW_POP3 | RELAY_TX | RELAY_AUTH_PLAIN")
    attempt(
        results,
        boat,
        "a Synchronet hub refuses the password: parked, then delivered",
        lambda: parked(boat, folder, prefixed("password-", messages), "535", {"RelayPassword": "wrong"}, {"RelayPassword": password}),
        "synchub-*",
    )
    run.stop(process)

    # Without ALLOW_RELAY its transfer port says 550 Relay not allowed to whoever signed in there as well, and closes.
    environment.update(ALLOW_RELAY="0", PORT=str(strict_port), TRANSFER_PORT=str(port))
    process = run.start("synchub-strict", [os.path.join(PEERS, "synchronet_hub.py")], environment)
    run.listening(process, port, strict_port)
    attempt(
        results,
        boat,
        "a Synchronet hub without ALLOW_RELAY, its port 25 named by mistake: parked, then delivered",
        lambda: parked(
            boat, folder, prefixed("port-", messages), "Relay not allowed", {"RelayPort": port}, {"RelayPort": strict_port}, "mybbs@hub.test"
        ),
        "synchub-*",
    )
    run.stop(process)


def attempt(results, boat, title, test, logs):
    """A case that starts and stops the installation itself; if it fails the next one finds it stopped as well."""
    if not results.case(title, test, logs) and boat.process and boat.process.poll() is None:
        boat.kill()


def parked(boat, folder, messages, reason, mistake, correction, sender="sender@example.org"):
    """With a mistake in its settings the queue waits, and nothing goes back; when it is corrected everything is delivered."""
    boat.write_ini(**mistake)
    boat.start().ready()
    world.send(boat.port, messages, sender=sender)

    def is_parked():
        status = boat.status()
        return status if any(route["isParked"] for route in status["routes"]) else None

    status = wait_until(is_parked, "a parked route in packetboat status", 30)
    (route,) = status["routes"]
    if reason not in route["reason"]:
        raise Failed("the reason is %r" % route["reason"])
    left = {key: status[key] for key in ("waiting", "sending", "held")}
    if sum(left.values()) != len(messages):
        raise Failed("of %d messages there are %s" % (len(messages), left))

    boat.write_ini(**correction)
    begin = time.monotonic()
    world.wait_for_arrivals(folder, messages, 60)
    seconds = time.monotonic() - begin
    arrivals = list(content.arrived(folder))
    if bounces := [name for name, envelope, _ in arrivals if envelope["mail_from"] == ""]:
        raise Failed("bounced: %s" % bounces)
    if wrong := [text for name, _, body in arrivals if name in messages and (text := content.difference(messages[name], body))]:
        raise Failed(wrong[0])

    def is_empty():
        status = boat.status()
        return not status["routes"] and not status["waiting"] and not status["sending"]

    wait_until(is_empty, "an empty queue", 20)
    boat.stop()
    return "%d parked, nothing bounced, all there %.1f s after the correction; %s" % (len(messages), seconds, route["reason"][:80])


GROUPS = {
    "crash": crash,
    "spoke": spoke_role,
    "clients": clients,
    "hub": hub_role,
    "synchronet-hub": synchronet_hub,
    "synchronet-spoke": synchronet_spoke,
    "chain": chain,
    "authentication": lambda run, results: authentication.authentication(run, results, SEED),
    "reports": reports,
    "srs": lambda run, results: srs.srs(run, results, SEED),
    "transport": transport.transport,
    "broker": broker.broker,
    "ending": ending.ending,
    "suspension": lambda run, results: suspension.suspension(run, results, client_run, content.generate(10, SEED)),
}


def main():
    run = World(sys.argv[1], sys.argv[2:])
    results = Results(run.work)

    def ended(*_):
        # The groups' threads may wait for a long time yet: they are not asked.
        results.end()
        run.end()
        os._exit(143)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ended)
    only = [word for word in os.environ.get("ONLY", "").split(",") if word]
    chosen = {name: group for name, group in GROUPS.items() if not only or any(name.startswith(word) for word in only)}
    print("%s; SEED=%d; logs in %s" % (" ".join(run.packetboat), SEED, run.work), flush=True)
    # Two cores and much waiting: three groups at a time. The threads stay until the end, as processes end with the thread that began them.
    pool = concurrent.futures.ThreadPoolExecutor(int(os.environ.get("PARALLEL", "3")))

    def guarded(name, group):
        begin = time.monotonic()
        try:
            group(run, results)
        except Exception as failure:  # the group's preparations failed: that is a failed case
            text = "%r" % failure
            results.case("group " + name, lambda: (_ for _ in ()).throw(Failed(text)), name + "*")
        return name, time.monotonic() - begin

    try:
        done = [pool.submit(guarded, name, group) for name, group in chosen.items()]
        times = [future.result() for future in done]
        print("time: " + ", ".join("%s %.0f s" % pair for pair in times))
        print("%d passed, %d failed, 0 skipped" % (results.passed, results.failed), flush=True)
    finally:
        run.end()
    os._exit(1 if results.failed or not results.passed else 0)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""A scripted Synchronet system that sends through a relay: what its SendMail thread does on the wire, bug for bug.

synchronet_spoke.py PORT USER PASSWORD METHOD COUNT DIR - METHOD is none, plain, login or cram-md5. One recipient a connection, one
connection at a time. DIR/NNNN.eml is the message as it was written, before dots were stuffed. Exits 0 when all were taken. Optional
environment: NAME (spoke.test), INACTIVITY seconds (20), PREFIX of the recipient's name. With RESCAN seconds it keeps a queue as the real
one does: what is deferred is tried again at each scan, what is refused goes back to its author, and what fails within AUTH for another
reason is in transit for ever. It prints a line a scan, ends when nothing waits, and exits 0 only if nothing went back or is stuck."""
import base64
import hmac
import os
import socket
import ssl
import sys
import time

NAME = os.environ.get("NAME", "spoke.test")
INACTIVITY = float(os.environ.get("INACTIVITY", "20"))
PREFIX = os.environ.get("PREFIX", "")
RESCAN = float(os.environ.get("RESCAN", "0"))
MAX_ATTEMPTS = 50


class Refused(Exception):
    """What became of an attempt: retry, bounce or stuck."""

    fate = "retry"


class Session:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.settimeout(INACTIVITY)
        self.pending = b""
        self.lines = []

    def send(self, line):
        self.socket.sendall(line + b"\r\n")

    def line(self):
        while b"\n" not in self.pending:
            octets = self.socket.recv(4096)
            if not octets:
                raise Refused("connection closed")
            self.pending += octets
        line, self.pending = self.pending.split(b"\n", 1)
        return line.rstrip(b"\r")

    def expect(self, prefix, again=False):
        """The last line counts, by its first characters; lines with - in column 4 are skipped; a blank one is a failure."""
        self.lines = []
        while True:
            try:
                line = self.line()
            except TimeoutError:
                if not again:
                    raise Refused("no reply in time") from None
                again = False  # after the final dot it waits once more as long
                continue
            self.lines.append(line)
            if not line:
                raise Refused("blank reply")
            if line[3:4] == b"-":
                continue
            if not line.startswith(prefix):
                refusal = Refused("%r instead of %r" % (line, prefix))
                refusal.fate = "bounce" if line.startswith(b"5") and prefix != b"220" else "retry"
                raise refusal
            return line

    def command(self, line, prefix):
        self.send(line)
        return self.expect(prefix)

    def offers_starttls(self):
        """In upper case, as a line of its own, the last included; anything else is not seen."""
        return any(line in (b"250-STARTTLS", b"250 STARTTLS") for line in self.lines)

    def start_tls(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.socket = context.wrap_socket(self.socket)
        self.socket.settimeout(INACTIVITY)


def sign_in(session, method, user, password):
    """The mark of a message in transit is not taken away when this fails; a refusal returns the message all the same."""
    try:
        authenticate(session, method, user, password)
    except (Refused, OSError) as failure:
        if getattr(failure, "fate", "") == "bounce":
            raise
        stuck = Refused("within AUTH: %s" % failure)
        stuck.fate = "stuck"
        raise stuck from None


def authenticate(session, method, user, password):
    """Whether or not the relay listed the method."""
    if method == "plain":
        line = b"AUTH PLAIN " + base64.b64encode(b"\0".join([user, user, password]))
        session.command(line, b"235")
    elif method == "login":
        session.command(b"AUTH LOGIN", b"334")
        session.command(base64.b64encode(user), b"334")
        session.command(base64.b64encode(password), b"235")
    elif method == "cram-md5":
        challenge = base64.b64decode(session.command(b"AUTH CRAM-MD5", b"334")[4:])
        digest = hmac.new(password, challenge, "md5").hexdigest().encode()
        session.command(base64.b64encode(user + b" " + digest), b"235")


def render(i, sender, recipient):
    """Field by field as Synchronet writes it, the empty line at the end included."""
    now = time.time()
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(now)).encode()
    stamp = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(now)).encode()
    name = NAME.encode()
    pad = b"          "
    head = [
        b"Return-Path: <%s>" % sender,
        b"Received: from <no name> (n [127.0.8.1])",
        pad + b"by %s [127.0.8.1] (Synchronet Mail Server 3.22a-Linux) with ESMTP" % name,
        pad + b"for <%s>; %s" % (recipient, date),
        pad + b"(envelope-from <%s>)" % sender,
        b"Date: " + date,
        b'From: "Digital Man" <%s>' % sender,
        b"Subject: test message %d" % i,
        b"To: <%s>" % recipient,
        b"Message-ID: <%08X.%d@%s>" % (int(now), i, name),
        b"X-Originator-Info: account=3; login-id=Digital Man; server=%s; client=<no name>; addr=127.0.8.1; prot=SMTP; port=56291; time=%s"
        % (name, stamp),
        b"X-FTN-PID: Synchronet 3.22a-Linux master/9e7bbc309 Aug 21 2026 GCC 12.2.0",
    ]
    # 8-bit letters inside a line, a lone CR never, a dot in front, and the blank line it adds itself.
    body = [b"Hello %d" % i, b".", b"..two", b"caf\xc3\xa9 au lait, CP437 \x81\x84 too", b"\x02\x04 control", b"x" * 998][: 1 + i % 6]
    return b"".join(line + b"\r\n" for line in [*head, b"", *body, b""])


def deliver(port, method, user, password, sender, recipient, message):
    session = Session(port)
    with session.socket:
        session.expect(b"220")
        session.command(b"EHLO " + NAME.encode(), b"250")
        if session.offers_starttls():
            session.command(b"STARTTLS", b"220")
            session.start_tls()
            session.command(b"EHLO " + NAME.encode(), b"250")
        sign_in(session, method, user, password)
        session.command(b"MAIL FROM:<%s>" % sender, b"250")
        session.command(b"RCPT TO:<%s>" % recipient, b"25")
        session.command(b"DATA", b"354")
        for line in message.split(b"\r\n")[:-1]:
            session.send(b"." + line if line.startswith(b".") else line)
        session.send(b".")
        session.expect(b"250", again=True)
        session.command(b"QUIT", b"")  # only after success; the reply is ignored
        secure = isinstance(session.socket, ssl.SSLSocket)
        session.socket.close()
    return secure


def attempt(i, port, user, password, method, folder):
    """Tries one message, and files it once it is taken; returns whether it was over TLS."""
    sender = b"digital.man@" + NAME.encode()
    name = "%s%04d" % (PREFIX, i)
    recipient = b"rcpt+%s@example.net" % name.encode()
    message = render(i, sender, recipient)
    secure = deliver(int(port), method, user.encode(), password.encode(), sender, recipient, message)
    with open(os.path.join(folder, name + ".eml"), "wb") as stream:
        stream.write(message)
    return secure


def keep_queue(count, arguments):
    """Scans again and again, as the SendMail thread does, until nothing waits."""
    states, attempts, reason = dict.fromkeys(range(1, count + 1), "waiting"), dict.fromkeys(range(1, count + 1), 0), ""
    while True:
        for i in [i for i, state in states.items() if state == "waiting"]:
            try:
                attempt(i, *arguments)
                states[i] = "taken"
            except (Refused, OSError) as failure:
                attempts[i] += 1
                fate, reason = getattr(failure, "fate", "retry"), str(failure)
                states[i] = "waiting" if fate == "retry" and attempts[i] < MAX_ATTEMPTS else "stuck" if fate == "stuck" else "bounced"
        found = list(states.values())
        print(", ".join("%d %s" % (found.count(state), state) for state in ("taken", "waiting", "stuck", "bounced")), reason, flush=True)
        if "waiting" not in found:
            sys.exit(found.count("taken") != count)
        time.sleep(RESCAN)


def main():
    port, user, password, method, count, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    arguments = port, user, password, method, folder
    if RESCAN:
        keep_queue(int(count), arguments)
    secure = 0
    for i in range(1, int(count) + 1):
        try:
            secure += attempt(i, *arguments)
        except (Refused, OSError) as failure:
            sys.exit("message %d: %s" % (i, failure))
    print("%s taken, %d over TLS" % (count, secure))


main()

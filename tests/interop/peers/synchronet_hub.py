#!/usr/bin/env python3
"""A scripted Synchronet hub: the submission port of its mail server as it was seen on the wire, replies to the letter.

Stores what it takes as sink.py does. Environment: DIR PORT CERT KEY HUBUSER HUBPASS. Optional: MYNAME (hub.test), DELAY before a
refusal (5 s), ALLOW_RELAY (1; 0 refuses senders of other domains and, on the transfer port, relaying), TRANSFER_PORT (a second listener
that asks for no sign-in). CALLS names a file to which each command is appended, for a test to see what was said."""
import base64
import hmac
import json
import os
import re
import socket
import ssl
import threading
import time

env = os.environ
FOLDER, USER, PASSWORD = env["DIR"], env["HUBUSER"], env["HUBPASS"]
NAME = env.get("MYNAME", "hub.test")
DELAY = float(env.get("DELAY", "5"))
ALLOW_RELAY = env.get("ALLOW_RELAY", "1") != "0"
MAX_SIZE = 20971520
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CONTEXT.load_cert_chain(env["CERT"], env["KEY"])
CONTEXT.maximum_version = ssl.TLSVersion.TLSv1_2
lock = threading.Lock()
count = 0


class Gone(Exception):
    pass


def folded(name):
    """Names match by their letters and digits alone, up to the @."""
    return re.sub(r"[^a-z0-9]", "", name.split("@")[0].lower())


def decoded(text):
    if not re.fullmatch(rb"[A-Za-z0-9+/]+=*", text):
        return None
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except ValueError:
        return None


def store(body, sender, recipients, helo, secure):
    global count
    with lock:
        count += 1
        base = os.path.join(FOLDER, "%06d" % count)
    envelope = {"helo": helo, "mail_from": sender, "rcpt_to": recipients, "tls": secure, "file": os.path.basename(base) + ".eml"}
    for ending, octets in ((".eml", body), (".json", json.dumps(envelope).encode())):
        with open(base + ".tmp", "wb") as stream:
            stream.write(octets)
        os.rename(base + ".tmp", base + ending)


class Session:
    def __init__(self, connection, submission):
        self.socket, self.submission = connection, submission
        self.pending = b""
        self.greeted = self.secure = False
        self.user = self.sender = None
        self.helo, self.recipients, self.unknown = "", [], 0

    def say(self, *lines):
        self.socket.sendall("".join(line + "\r\n" for line in lines).encode())

    def raw_line(self):
        while b"\n" not in self.pending:
            octets = self.socket.recv(65536)
            if not octets:
                raise Gone
            self.pending += octets
        line, self.pending = self.pending.split(b"\n", 1)
        return line

    def line(self):
        line = self.raw_line().rstrip()
        if len(line) > 510:
            self.say("500 Line too long (command)")
            raise Gone
        if "CALLS" in env:
            with lock, open(env["CALLS"], "ab") as calls:
                calls.write(line + b"\n")
        return line

    def run(self):
        self.socket.settimeout(120)
        self.say("220 %s Synchronet SMTP Server 3.22a-Linux Ready" % NAME)
        while True:
            line = self.line()
            word = line.upper()
            if word.startswith(b"EHLO"):
                self.hello(line)
            elif word.startswith(b"HELO"):
                self.greeted, self.helo = True, line[5:].decode(errors="replace")
                self.say("250 " + NAME)
            elif word == b"NOOP":
                self.say("250 OK")
            elif word == b"QUIT":
                self.say("221 %s Service closing transmission channel" % NAME)
                return
            elif word.startswith(b"AUTH"):
                self.auth(line, word)
            elif not self.greeted:
                self.say("503 Bad sequence of commands")
            elif word == b"STARTTLS" and not self.secure:
                self.say("220 Ready to start TLS")
                self.socket = CONTEXT.wrap_socket(self.socket, server_side=True)
                self.secure = True  # nothing else is forgotten
            elif word == b"RSET":
                self.sender, self.recipients = None, []
                self.say("250 OK")
            elif match := re.fullmatch(rb"MAIL FROM: *<?([^> ]*)>?.*", line, re.I):
                self.mail(match[1].decode(errors="replace"))
            elif match := re.fullmatch(rb"RCPT TO:(.*)", line, re.I):
                self.rcpt(match[1])
            elif word.startswith(b"DATA"):
                self.data()
            else:
                self.unknown += 1
                self.say("500 Syntax error")
                if self.unknown == 10:
                    return

    def hello(self, line):
        self.greeted, self.helo = True, line[5:].decode(errors="replace")
        extensions = ["AUTH PLAIN LOGIN CRAM-MD5", "SEND", "SOML", "SAML", "8BITMIME"]
        if not self.secure:
            extensions.append("STARTTLS")
        extensions.append("SIZE %d" % MAX_SIZE)
        self.say("250-" + NAME, *("250-" + extension for extension in extensions), "250 OK")

    def refuse_argument(self):
        time.sleep(DELAY)
        self.say("501 Bad argument")

    def judge(self, name, is_right):
        if is_right and folded(name) == folded(USER):
            self.user = USER
            self.say("235 User Authenticated")
            return
        time.sleep(DELAY)
        self.say("535 Authentication failure")
        raise Gone

    def auth(self, line, word):
        if self.user:
            self.say("503 Bad sequence of commands")
        elif word == b"AUTH PLAIN" or word.startswith(b"AUTH PLAIN "):
            if word == b"AUTH PLAIN":
                self.say("334 ")
                response = self.line()
            else:
                response = line[11:]
            parts = (decoded(response) or b"").split(b"\0")
            if len(parts) != 3 or not parts[1] or not parts[2]:
                self.refuse_argument()
            else:  # the authzid is ignored, the password's case too
                self.judge(parts[1].decode(), parts[2].decode().lower() == PASSWORD.lower())
        elif word == b"AUTH LOGIN":  # exactly: an initial response is not understood
            answers = []
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
                self.say(prompt)
                answer = decoded(self.line())
                if not answer:
                    self.refuse_argument()
                    return
                answers.append(answer.decode())
            self.judge(answers[0], answers[1].lower() == PASSWORD.lower())
        elif word == b"AUTH CRAM-MD5":
            challenge = b"<dd897c86b03024%04x@%s>" % (int(time.time() * 1000) & 0xFFFF, NAME.encode())
            self.say("334 " + base64.b64encode(challenge).decode())
            response = decoded(self.line())
            if response is None or b" " not in response:
                self.say("501 Bad argument")  # here without the pause
                return
            name, digest = response.rsplit(b" ", 1)
            wanted = hmac.new(PASSWORD.lower().encode(), challenge, "md5").hexdigest()
            self.judge(name.decode(), digest.decode() == wanted)
        else:
            self.say("504 Unrecognized authentication type.")

    def mail(self, sender):
        if self.submission and not self.user:
            self.say("530 Authentication required.")
        elif self.submission and sender and not ALLOW_RELAY and sender.split("@")[-1].lower() != NAME:
            self.say("550 Sender address <%s> not authorized for this account, try <%s@%s>" % (sender, USER, NAME))
        else:
            self.sender, self.recipients = sender, []
            self.say("250 OK")

    def rcpt(self, argument):
        if self.sender is None:
            self.say("503 Bad sequence of commands")
        elif self.user and (self.submission or ALLOW_RELAY):
            self.recipients.append(argument.split(b"<")[-1].split(b">")[0].decode(errors="replace"))
            self.say("250 OK")
        elif ALLOW_RELAY:
            self.say("553 Relaying through this server requires authentication.  Please authenticate before sending.")
            raise Gone
        else:
            self.say("550 Relay not allowed.")
            raise Gone

    def data(self):
        if self.sender is None or not self.recipients:
            self.say("503 Bad sequence of commands")
            return
        self.say("354 send the mail data, end with <CRLF>.<CRLF>")
        lines, is_header = [], True
        while True:
            line = self.raw_line().removesuffix(b"\r")
            if line.rstrip() == b".":  # a dot with blanks behind it ends the message as well
                break
            if line.startswith(b"."):
                line = line[1:]
            is_header = is_header and line != b""
            if len(line) > 998:
                self.say("500 Line too long (%s)" % ("header" if is_header else "body"))
                raise Gone
            # The real one cuts white space off line ends; here they are kept, to see what came.
            lines.append(line + b"\r\n")
        body = b"".join(lines)
        if not body:
            self.say("554 No message text")
        elif len(body) > MAX_SIZE:
            self.say("552 Message size (%d) exceeds maximum: %d bytes" % (len(body), MAX_SIZE))
        else:
            store(body, self.sender, self.recipients, self.helo, self.secure)
            self.say("250 OK")
        self.sender, self.recipients = None, []


def serve(connection, submission):
    session = Session(connection, submission)
    try:
        session.run()
    except (Gone, OSError, ValueError):
        pass
    session.socket.close()


def listen(port, submission):
    with socket.create_server(("127.0.0.1", port), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, submission), daemon=True).start()


def main():
    global count
    os.makedirs(FOLDER, exist_ok=True)
    count = max((int(file[:6]) for file in os.listdir(FOLDER) if file.endswith(".json")), default=0)
    if "TRANSFER_PORT" in env:
        threading.Thread(target=listen, args=(int(env["TRANSFER_PORT"]), False), daemon=True).start()
    listen(int(env["PORT"]), True)


main()

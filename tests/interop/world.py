"""The world of a case: processes with a log each, free ports, waiting with a deadline, Packetboat installations and sinks."""
import json
import os
import random
import signal
import smtplib
import socket
import subprocess
import threading
import time

import content

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
ACCOUNT, PASSWORD = "MYBBS", "s3cret-Pass.w0rd"


class Failed(Exception):
    """A case has failed; the text says why."""


def wait_until(condition, what, seconds=60):
    """Polls until the condition is true, and returns what it gave. What is a text, or a function for one that says how far it came."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > end:
            raise Failed("waited %d s for %s" % (seconds, what() if callable(what) else what))
        time.sleep(0.05)
    return result


def is_open(port, address="127.0.0.1"):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


class World:
    """One run: its folder, its processes, the command under test."""

    def __init__(self, work, packetboat):
        self.work, self.packetboat = work, packetboat
        self._processes, self._ports, self._lock = [], set(), threading.Lock()
        self._ending = False

    def folder(self, name):
        path = os.path.join(self.work, name)
        os.makedirs(path, exist_ok=True)
        return path

    def port(self):
        """A free port, below those that the kernel gives to outgoing connections."""
        with self._lock:
            while True:
                port = random.SystemRandom().randint(20000, 31999)
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    if port in self._ports or probe.connect_ex(("127.0.0.1", port)) == 0:
                        continue
                self._ports.add(port)
                return port

    def start(self, name, command, environment=None):
        """Starts a process in a group of its own; its output goes to NAME.log. It does not outlive us."""
        with self._lock, open(os.path.join(self.work, name + ".log"), "ab") as log:
            if self._ending:
                raise Failed("the run is ending")
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
            process.name = name
            self._processes.append(process)
            with open(self._mark(process), "w"):
                pass
        return process

    def stop(self, process, seconds=15):
        """Asks it to end; returns its exit status."""
        if process.poll() is None:
            process.terminate()
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill(process)
            raise Failed("%s did not end within %d s of SIGTERM" % (process.name, seconds)) from None
        self._forget(process)
        return status

    def kill(self, process):
        """SIGKILL, to it and to all it started."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        self._forget(process)

    def end(self):
        with self._lock:
            self._ending = True
            left = list(self._processes)
        for process in left:
            if process.poll() is None:
                process.terminate()
        for process in left:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pass
            self.kill(process)

    def listening(self, process, *ports, address="127.0.0.1", seconds=45):
        def all_open():
            if process.poll() is not None:
                raise Failed("%s ended with %d before it listened" % (process.name, process.returncode))
            return all(is_open(port, address) for port in ports)

        wait_until(all_open, "%s to listen on %s" % (process.name, ports), seconds)

    def certificates(self, name, *names):
        """An authority and a certificate for the names; returns its folder."""
        folder = os.path.join(self.work, name)
        subprocess.run([os.path.join(PEERS, "make-ca.sh"), folder, *names], check=True, timeout=30)
        return folder

    def _mark(self, process):
        return os.path.join(self.work, "pids", str(process.pid))

    def _forget(self, process):
        with self._lock:
            if process in self._processes:
                self._processes.remove(process)
                os.unlink(self._mark(process))


class Sink:
    """Where mail ends: sink.py, and what it stored."""

    def __init__(self, world, name, replies=None):
        """With replies to recipients that begin with a word, where they are refused."""
        self.folder, self.port = world.folder(name), world.port()
        environment = {"DIR": self.folder, "SINKPORT": str(self.port), "SINKREPLIES": json.dumps(replies or {})}
        process = world.start(name, [os.path.join(PEERS, "sink.py")], environment)
        world.listening(process, self.port)

    def wait_for(self, names, seconds=60):
        wait_for_arrivals(self.folder, names, seconds)


def wait_for_arrivals(folder, names, seconds=60):
    missing = set(names)
    seen = set()

    def all_there():
        new = [file for file in os.listdir(folder) if file.endswith(".json") and file not in seen] if os.path.isdir(folder) else []
        for file in new:
            with open(os.path.join(folder, file), "rb") as stream:
                for address in json.load(stream)["rcpt_to"]:
                    missing.discard(address[5:].split("@")[0])
        seen.update(new)
        return not missing

    wait_until(all_there, lambda: "%d of %d messages, such as %s" % (len(missing), len(names), sorted(missing)[:3]), seconds)


class Packetboat:
    """One installation of the program under test, in a folder of its own, with the ini files that an operator would write."""

    COMMON = {"Interface": "127.0.0.1", "RescanFrequency": "2", "SemFileCheckFrequency": "1", "LogLevel": "Debug"}

    def __init__(self, world, name, mail, sections="", trusts_local=False):
        self.world, self.name, self.folder = world, name, world.folder(name)
        self.ctrl = world.folder(os.path.join(name, "ctrl"))
        self.port, self.submission, self.tls = world.port(), world.port(), world.port()
        self.mail = {
            **self.COMMON,
            "SMTPPort": self.port,
            "SubmissionPort": self.submission,
            "TLSSubmissionPort": self.tls,
            **mail,
        }
        self.write_ini()
        self._write("packetboat.ini", "[Limits]\nMessagesPerHour = 0\nMessagesPerDay = 0\nRecipientsPerHour = 0\nRecipientsPerDay = 0\nRecipientsPerMessage = 0\nFirstTimeRecipientsPerDay = 0\nBytesPerMessage = 0\nQueuedMessages = 0\nHardBouncePercentPerDay = 0\nNullSenderMessagesPerHour = 0\nNewNetworksPerDay = 0\nSpamComplaintsPerDay = 0\n%s[Delivery]\nRetryFirst = 1s\n%s" % ("" if "[Arrival]" in sections else "[Arrival]\nCheckPatience = 0\n", sections))
        if trusts_local:
            self._write("relay.cfg", "127.0.0.1\n")
        self.process = None

    def write_ini(self, **changes):
        self.mail.update(changes)
        self._write("sbbs.ini", "[Mail]\n" + "".join("%s = %s\n" % pair for pair in self.mail.items()))

    def start(self):
        self.process = self.world.start(self.name, [*self.world.packetboat, "serve", "--ctrl", self.ctrl])
        return self

    def ready(self):
        ports = [self.port]
        if "USE_SUBMISSION_PORT" in self.mail["Options"]:
            ports.append(self.submission)
        if "TLS_SUBMISSION" in self.mail["Options"]:
            ports.append(self.tls)
        self.world.listening(self.process, *ports)
        return self

    def stop(self):
        status = self.world.stop(self.process)
        if status != 0:
            raise Failed("%s ended with %d after SIGTERM" % (self.name, status))

    def kill(self):
        self.world.kill(self.process)

    def run(self, *arguments, stdin=b"", seconds=60):
        """A command on this installation; returns what it printed."""
        command = [*self.world.packetboat, *arguments, "--ctrl", self.ctrl]
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=seconds)
        if done.returncode != 0:
            raise Failed("packetboat %s: exit %d, %s" % (" ".join(arguments), done.returncode, done.stderr.decode(errors="replace")[-300:]))
        return done.stdout.decode()

    def status(self):
        return json.loads(self.run("status", "--json"))

    def _write(self, file, text):
        path = os.path.join(self.ctrl, file)
        with open(path + ".new", "w") as stream:
            stream.write(text)
        os.replace(path + ".new", path)


def hub(world, name, sink_port, options="USE_SUBMISSION_PORT | TLS_SUBMISSION", sections=""):
    """A Packetboat hub that gives everything to the sink, with the account of these tests; not yet started."""
    certificates = world.certificates(name + "/ca", "hub.test", "localhost")
    boat = Packetboat(
        world,
        name,
        {
            "HostName": "hub.test",
            "Options": options + " | RELAY_TX",
            "RelayServer": "127.0.0.1",
            "RelayPort": sink_port,
            # The failed sign-ins of these tests all come from one address.
            "LoginAttemptDelay": "200",
            "LoginAttemptThrottle": "0",
            "LoginAttemptTempBanThreshold": "0",
        },
        "[Tls]\nCertificate = ../ca/cert.pem\nCertificateKey = ../ca/key.pem\n%s" % sections,
    )
    boat.authority = os.path.join(certificates, "ca.pem")
    boat.run("account", "add", ACCOUNT, "--any-sender", "--password-stdin", "--cram-md5", stdin=PASSWORD.encode() + b"\n")
    return boat


def spoke(world, name, hub_port, authority="", auth="RELAY_AUTH_PLAIN", server="127.0.0.1", password=PASSWORD, sections=""):
    """A Packetboat spoke as the how-to describes it; local programs send through its transfer port. Not yet started."""
    trust = "[Relay]\n%s%s" % ("RelayCertificateFile = %s\n" % authority if authority else "", sections)
    return Packetboat(
        world,
        name,
        {
            "HostName": "spoke.test",
            "Options": " | ".join(["ALLOW_POP3", "RELAY_TX", *([auth] if auth else [])]),
            "RelayServer": server,
            "RelayPort": hub_port,
            "RelayUsername": ACCOUNT,
            "RelayPassword": password,
        },
        trust,
        trusts_local=True,
    )


def send(port, messages, connections=4, sender="sender@example.org"):
    """Submits messages without AUTH or TLS, as a local program does; the recipient carries the name."""
    names, refused = sorted(messages), []

    def work(part):
        try:
            with smtplib.SMTP("127.0.0.1", port, local_hostname="client.test", timeout=30) as server:
                server.ehlo()
                options = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
                for name in part:
                    try:
                        server.sendmail(sender, [content.recipient(name)], messages[name], options)
                    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as refusal:
                        refused.append("%s: %r" % (name, refusal))
        except (OSError, smtplib.SMTPException) as failure:
            refused.append("%s: %r" % (part, failure))

    threads = [threading.Thread(target=work, args=(names[i::connections],)) for i in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise Failed("%d of %d not taken: %s" % (len(refused), len(messages), "; ".join(refused[:3])))

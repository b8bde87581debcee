"""What a suspension does to real clients: with --answer defer nothing goes back to its author, and all of it arrives after resume."""
import os
import subprocess

import content
import world
from world import ACCOUNT, PASSWORD, PEERS, Failed, Sink, wait_until

REASON = "unpaid berth"
WORDS = "is suspended (%s)" % REASON


def suspension(run, results, client_run, messages):
    """The group; client_run plays one of the clients, as in the group of that name."""
    sink = Sink(run, "suspension-sink")
    hub = world.hub(run, "suspension-hub", sink.port).start().ready()
    postfix = Postfix(run, hub)
    sent = {}
    for target, start, end in (
        ("account", ["account", "suspend", ACCOUNT], ["account", "resume", ACCOUNT]),
        ("relaying", ["relaying", "suspend"], ["relaying", "resume"]),
    ):

        def deferred(target=target, start=start, end=end):
            return stopped_and_resumed(run, hub, sink, postfix, client_run, target, start, end, messages, sent)

        results.case("swaks, Postfix and a Synchronet spoke, %s suspended and resumed" % target, deferred, "suspension-*")
    results.case("with --answer refuse the Synchronet spoke returns its mail", lambda: refused(run, hub), "suspension-*")
    results.case("nothing went back", lambda: nothing_returned(sink, postfix), "suspension-*")
    postfix.stop()
    hub.stop()


class Postfix:
    """A spoke that tries again every second."""

    def __init__(self, run, hub):
        self.run, self.folder, self.port = run, run.folder("suspension-postfix"), run.port()
        environment = {
            "DIR": self.folder,
            "PORT": str(self.port),
            "HUBPORT": str(hub.submission),
            "HUBUSER": ACCOUNT,
            "HUBPASS": PASSWORD,
            "CAFILE": hub.authority,
            "HUBNAME": "hub.test",
            "RETRY": "1",
        }
        self.process = run.start("suspension-postfix", [os.path.join(PEERS, "postfix-spoke.sh")], environment)
        run.listening(self.process, self.port)

    def log(self):
        with open(os.path.join(self.folder, "mail.log"), encoding="utf-8", errors="replace") as log:
            return log.read().splitlines()

    def deferred(self, names):
        """Those that the hub has deferred with the operator's reason."""
        lines = [line for line in self.log() if "status=deferred" in line and WORDS in line]
        return {name for name in names if any("to=<%s>" % content.recipient(name) in line for line in lines)}

    def flush(self):
        """A message that was on its way when it came due again is left in Postfix's incoming queue until somebody asks for a scan of it."""
        subprocess.run(["postqueue", "-c", os.path.join(self.folder, "etc"), "-f"], check=True, timeout=30, capture_output=True)

    def stop(self):
        self.run.stop(self.process)


class Synchronet:
    """The scripted spoke with a queue that it scans every half second."""

    def __init__(self, run, hub, name, count):
        self.run, self.folder, self.name = run, run.folder("suspension-sent-" + name), "suspension-synchronet-" + name
        self.names = {"%s%04d" % (name, i) for i in range(1, count + 1)}
        command = [os.path.join(PEERS, "synchronet_spoke.py"), str(hub.submission), ACCOUNT, PASSWORD, "plain", str(count), self.folder]
        self.process = run.start(self.name, command, {"PREFIX": name, "RESCAN": "0.5"})

    def scans(self):
        with open(os.path.join(self.run.work, self.name + ".log"), encoding="utf-8", errors="replace") as log:
            return [line for line in log.read().splitlines() if " waiting, " in line]

    def end(self):
        """Its exit status, and its last words."""
        status = self.process.wait(30)
        return status, self.scans()[-1]

    def messages(self):
        for name in self.names:
            with open(os.path.join(self.folder, name + ".eml"), "rb") as stream:
                yield name, stream.read()


def stopped_and_resumed(run, hub, sink, postfix, client_run, target, start, end, messages, sent):
    mail = {"%s-p%s" % (target, name): message for name, message in messages.items()}
    hub.run(*start, "--reason", REASON, "--answer", "defer")

    swaks = "%s-swaks" % target
    code, output = client_run(run, hub, "swaks", "PLAIN", "starttls", hub.submission, swaks, messages["0001"], PASSWORD)
    # 23: the sender was not taken. A sign-in that fails is 28.
    if code != 23 or b"451 4.7.1" not in output or WORDS.encode() not in output:
        raise Failed("swaks: exit %d: %s" % (code, output.decode(errors="replace")[-300:]))

    world.send(postfix.port, mail)
    synchronet = Synchronet(run, hub, target + "-s", len(mail))
    wait_until(lambda: len(postfix.deferred(mail)) == len(mail), lambda: "%d deferrals" % len(mail), 90)
    wait_until(lambda: len(synchronet.scans()) >= 3, "three scans of the Synchronet spoke", 90)
    if [scan for scan in synchronet.scans() if not scan.startswith("0 taken, %d waiting, 0 stuck, 0 bounced" % len(mail)) or WORDS not in scan]:
        raise Failed("the Synchronet spoke: %s" % synchronet.scans()[-1])
    if early := [name for name in content.names_in(sink.folder) if name.startswith(target)]:
        raise Failed("%s arrived while suspended" % early)

    hub.run(*end, "--reason", "paid")
    code, output = client_run(run, hub, "swaks", "PLAIN", "starttls", hub.submission, swaks, messages["0001"], PASSWORD)
    status, last = synchronet.end()
    if code != 0 or status != 0:
        raise Failed("swaks: exit %d; the Synchronet spoke: exit %d, %s" % (code, status, last))
    postfix.flush()
    kept = {**mail, **dict(synchronet.messages()), swaks: messages["0001"]}
    sink.wait_for(kept, 90)
    # The sink has the mail of earlier rounds too, once.
    sent.update(kept)
    count, wrong = content.compare(sent, sink.folder)
    if wrong:
        raise Failed("%d of %d whole; %s" % (count, len(sent), " | ".join(wrong[:3])))
    return "%d deferred by 451 and whole there after resume" % len(kept)


def refused(run, hub):
    """The other answer, so that it is known that the spoke would have told us."""
    hub.run("account", "suspend", ACCOUNT, "--reason", REASON, "--answer", "refuse")
    try:
        status, last = Synchronet(run, hub, "refused-s", 2).end()
    finally:
        hub.run("account", "resume", ACCOUNT)
    if status == 0 or not last.startswith("0 taken, 0 waiting, 0 stuck, 2 bounced") or WORDS not in last:
        raise Failed("exit %d: %s" % (status, last))
    return last[:60]


def nothing_returned(sink, postfix):
    if reports := [name for name, envelope, _ in content.arrived(sink.folder) if envelope["mail_from"] == ""]:
        raise Failed("reports about %s" % reports)
    if bounced := [line for line in postfix.log() if "status=bounced" in line or "sender non-delivery" in line]:
        raise Failed(bounced[0])

"""Senders that we and Mail::SRS rewrite one after the other: every report finds its way back through both, to whom it is for."""
import json
import os
import random
import smtplib

import world
from authentication import oracle
from nameserver import NameServer
from world import ACCOUNT, PASSWORD, PEERS, Failed, Sink, wait_until

OURS, THEIRS = "hub.test", "list.test"
MESSAGE = b"From: joe@bbs.test\r\nTo: you@far.test\r\nSubject: on and on\r\n\r\nhello\r\n"


def srs(run, results, seed):
    """The group. No sender's domain lets us send for it, so each is rewritten."""
    names = NameServer({name: [("A", "192.0.2.9"), ("TXT", "v=spf1 -all")] for name in ("bbs.test", THEIRS)} | {OURS: [("A", "192.0.2.1"), ("TXT", "v=spf1 a -all")]})
    sink = Sink(run, "srs-sink")
    hub = world.hub(run, "srs-hub", sink.port, sections="[Arrival]\nArrivalPolicy = rewrite\nSendingAddresses = 192.0.2.1\n")
    hub.write_ini(DNSServer="127.0.0.1:%d" % names.port)
    hub.start().ready()
    scheme = Scheme(hub, sink)
    dice = random.Random(seed)
    senders = ["%s@bbs.test" % "".join(dice.choice("abcXYZ019" if i in (0, 9) else "abcXYZ019=+-_") for i in range(10)) for _ in range(4)]
    for separator in "=+-":
        results.case("what Mail::SRS wrote with %s comes back to it through us" % separator, lambda s=separator: theirs_through_us(scheme, senders, s), "srs-*")
        results.case("what we wrote comes back to us through Mail::SRS with %s" % separator, lambda s=separator: ours_through_them(scheme, senders, s), "srs-*")
    results.case("of three hosts the one in the middle is left out", lambda: three_hosts(scheme, senders), "srs-*")
    results.case("what Mail::SRS did not write it does not take, nor do we", lambda: forged(scheme, senders), "srs-*")
    hub.stop()


class Scheme:
    """Our hub and the other's, and what arrives."""

    def __init__(self, hub, sink):
        self.hub, self.sink = hub, sink

    def forwarded(self, sender):
        """Our account sends with it; the sender with which the message leaves."""
        with smtplib.SMTP("127.0.0.1", self.hub.submission, local_hostname="client.test", timeout=30) as server:
            server.login(ACCOUNT, PASSWORD)
            return self._arrived(server, sender, "you@far.test")["mail_from"]

    def returned(self, recipient):
        """Somebody brings a report for a rewritten sender; for whom it leaves, or the refusal."""
        with smtplib.SMTP("127.0.0.1", self.hub.port, local_hostname="far.test", timeout=30) as server:
            try:
                return self._arrived(server, "", recipient)["rcpt_to"][0]
            except smtplib.SMTPRecipientsRefused as refused:
                return "no: %r" % refused.recipients

    def theirs(self, *lines):
        return oracle([os.path.join(PEERS, "srs_oracle.pl"), THEIRS, "their secret"], lines)

    def _arrived(self, server, sender, recipient):
        before = self._stored()
        server.sendmail(sender, [recipient], MESSAGE)
        (file,) = wait_until(lambda: self._stored() - before, "the message of <%s> to <%s>" % (sender, recipient), 30)
        with open(os.path.join(self.sink.folder, file), "rb") as stream:
            return json.load(stream)

    def _stored(self):
        return {file for file in os.listdir(self.sink.folder) if file.endswith(".json")}


def expect(found, wanted, of):
    if found != wanted:
        raise Failed("%s became %s, not %s" % (of, found, wanted))


def begins(address, start, domain):
    if not (address.startswith(start) and address.endswith("@" + domain)):
        raise Failed("%s does not begin with %s, or is not in %s" % (address, start, domain))


def theirs_through_us(scheme, senders, separator):
    firsts = scheme.theirs(*["forward\t%s\t%s" % (separator, sender) for sender in senders])
    for sender, first in zip(senders, firsts):
        begins(first, "SRS0" + separator, THEIRS)
        ours = scheme.forwarded(first)
        begins(ours, "SRS1=", OURS)
        back = scheme.returned(ours)
        expect(back, first, ours)
        expect(scheme.theirs("reverse\t" + back)[0], sender, back)
    return "%d senders, such as %s" % (len(senders), ours)


def ours_through_them(scheme, senders, separator):
    for sender in senders:
        ours = scheme.forwarded(sender)
        begins(ours, "SRS0=", OURS)
        (theirs,) = scheme.theirs("forward\t%s\t%s" % (separator, ours))
        begins(theirs, "SRS1" + separator, THEIRS)
        (back,) = scheme.theirs("reverse\t" + theirs)
        expect(back, ours, theirs)
        expect(scheme.returned(back), sender, back)
    return "%d senders, such as %s" % (len(senders), theirs)


def three_hosts(scheme, senders):
    for sender in senders:
        ours = scheme.forwarded(sender)
        (second,) = scheme.theirs("forward\t+\t" + ours)
        third = scheme.forwarded(second)
        begins(third, "SRS1=", OURS)
        expect(scheme.returned(third), ours, third)
    return "%d senders" % len(senders)


def forged(scheme, senders):
    (first,) = scheme.theirs("forward\t=\t" + senders[0])
    wrong = first[:5] + ("AAAA" if first[5:9] != "AAAA" else "BBBB") + first[9:]
    ours = scheme.forwarded(senders[0])
    changed = ours[:5] + ("b" if ours[5] != "b" else "c") + ours[6:]
    if not (answer := scheme.theirs("reverse\t" + wrong)[0]).startswith("no: "):
        raise Failed("Mail::SRS took %s as %s" % (wrong, answer))
    if not (answer := scheme.returned(changed)).startswith("no: "):
        raise Failed("we took %s as %s" % (changed, answer))
    return answer[:110]

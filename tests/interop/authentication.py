"""SPF, DKIM and DMARC: our verbs against Mail::SPF, Mail::DKIM, dkimpy and Mail::DMARC, on generated records and messages."""
import base64
import concurrent.futures
import functools
import json
import os
import random
import subprocess

import content
from nameserver import NameServer
from world import PEERS, Failed

FORMS = [header + "/" + body for header in ("relaxed", "simple") for body in ("relaxed", "simple")]
ALGORITHMS = ["rsa-sha256", "ed25519-sha256"]
DOMAIN = "signer.test"


def ask(run, *arguments, stdin=None):
    """Runs our verb; its JSON, or for sign its text."""
    done = subprocess.run([*run.packetboat, *arguments], capture_output=True, timeout=60, stdin=stdin or subprocess.DEVNULL)
    if done.returncode not in (0, 1, 75):
        raise Failed("%s: exit %d: %s" % (" ".join(arguments), done.returncode, done.stderr.decode(errors="replace")[-200:]))
    return done.stdout


def ask_all(questions):
    """Each a function; in order, a few at a time."""
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda question: question(), questions))


def oracle(command, lines):
    """A line out for each line in. A program that is missing or that dies is a failure."""
    done = subprocess.run(command, input="".join(line + "\n" for line in lines).encode(), capture_output=True, timeout=120)
    answers = done.stdout.decode(errors="replace").splitlines()
    if done.returncode != 0 or len(answers) != len(lines):
        raise Failed("%s: exit %d after %d of %d lines: %s" % (command[0], done.returncode, len(answers), len(lines), done.stderr.decode(errors="replace")[-300:]))
    return answers


# ---- SPF


def spf_zone(dice, count):
    """Names, each with records; and what cannot be looked up. Everything that RFC 7208 has, right and wrong."""
    zone, broken = {}, {"broken%d.spf.test" % i for i in range(3)}
    for i in range(12):
        zone["h%d.spf.test" % i] = [("A", "192.0.2.%d" % (i + 1)), ("AAAA", "2001:db8::%x" % (i + 1))]
        zone["m%d.spf.test" % i] = [("MX", "%d h%d.spf.test" % (p, (i + p) % 12)) for p in range(1, 4)]
    for i in range(12):
        zone["%d.2.0.192.in-addr.arpa" % (i + 1)] = [("PTR", "h%d.spf.test" % i)]
        zone["e%d.192.0.2.%d.exists.spf.test" % (i % 3, i + 1)] = [("A", "127.0.0.2")]
    zone["4.spf-ptr.test"] = [("A", "192.0.2.4")]
    zone["4.2.0.192.in-addr.arpa"] += [("PTR", "4.spf-ptr.test"), ("PTR", "elsewhere.test")]

    def term(number):
        host, other = "h%d.spf.test" % dice.randrange(14), "d%d.spf.test" % dice.randrange(count)
        return dice.choice([
            "ip4:192.0.2.%d" % dice.randrange(16), "ip4:192.0.2.0/%d" % dice.randrange(26, 33), "ip4:198.51.100.0/24",
            "ip6:2001:db8::%x" % dice.randrange(16), "ip6:2001:db8::/%d" % dice.randrange(120, 129),
            "a", "a:" + host, "a:" + host, "a:%s/%d" % (host, dice.randrange(24, 33)), "a:%s//%d" % (host, dice.randrange(120, 129)),
            "a:%s/%d//%d" % (host, dice.randrange(24, 33), dice.randrange(120, 129)),
            "mx", "mx:m%d.spf.test" % dice.randrange(12), "mx:m%d.spf.test/28" % dice.randrange(12),
            "include:" + other, "include:" + other, "include:d%d.spf.test" % max(0, number - 1),
            "exists:e%d.%%{i}.exists.spf.test" % dice.randrange(3), "exists:%{l1r-}.%{d2}", "exists:%{ir}.%{v}.arpa",
            "a:h%{l}.%{d2}", "a:%{h2}", "ptr:spf.test", "ptr:4.spf-ptr.test", "ptr", "a:broken%d.spf.test" % dice.randrange(3),
        ])

    wrong = ["ip4:192.0.2", "ip4:192.0.2.1/33", "ip6:192.0.2.1", "a:", "include", "foo", "all:x.test", "ip4=192.0.2.1:", "a/33", "-", "redirect="]
    # RFC 7208 4.6: an error anywhere makes the whole record wrong. Mail::SPF looks into a macro only when it comes to it: it has to come first.
    wrong_macros = ["exists:%{x}.spf.test", "a:%{d0}.spf.test", "a:spf.test%"]
    for number in range(count):
        terms = [dice.choice(["", "", "+", "-", "~", "?"]) + term(number) for _ in range(dice.randrange(5))]
        if dice.random() < 0.08:
            terms.insert(dice.randrange(len(terms) + 1), dice.choice(wrong))
        elif dice.random() < 0.03:
            terms.insert(0, dice.choice(wrong_macros))
        if dice.random() < 0.15:
            terms.append("redirect=d%d.spf.test" % dice.randrange(count))
        elif dice.random() < 0.8:
            terms.append(dice.choice(["-all", "~all", "?all", "-all", "+all", "ALL"]))
        if dice.random() < 0.2:
            terms.insert(dice.randrange(len(terms) + 1), dice.choice(["exp=why.spf.test", "unknown=%{d}.x", "m-o.d_1=y"]))
        records = [("TXT", " ".join([dice.choice(["v=spf1", "v=spf1", "V=SpF1"])] + terms))]
        if dice.random() < 0.1:
            records += [("TXT", dice.choice(["v=spf1 -all", "v=spf10 -all", "some other text", "spf2.0/pra -all"]))]
        if dice.random() < 0.3:
            records += [("A", "192.0.2.%d" % dice.randrange(1, 14)), ("MX", "10 h%d.spf.test" % dice.randrange(12))]
        zone["d%d.spf.test" % number] = records
    return zone, broken


def spf(run, seed):
    dice, count = random.Random(seed), 160
    zone, broken = spf_zone(dice, count)
    server = NameServer(zone, broken)
    questions = []
    for number in range(count):
        address = dice.choice(["192.0.2.%d" % dice.randrange(1, 15), "192.0.2.4", "2001:db8::%x" % dice.randrange(1, 15)])
        local = dice.choice(["joe", "strong-bad", "1", "a+b"])
        sender = dice.choice(["%s@d%d.spf.test" % (local, number), "%s@d%d.spf.test" % (local, number), ""])
        questions.append((address, sender, "d%d.spf.test" % number))
    theirs = oracle([os.path.join(PEERS, "spf_oracle.pl"), str(server.port)], ["\t".join(question) for question in questions])

    def ours(address, sender, helo):
        command = ["check", "spf", "--ip", address, "--from", sender, "--helo", helo, "--dns", "127.0.0.1:%d" % server.port, "--json"]
        return json.loads(ask(run, *command))

    answers = ask_all([lambda question=question: ours(*question) for question in questions])
    counts, wrong = {}, []
    for question, answer, theirs_is in zip(questions, answers, theirs):
        counts[theirs_is] = counts.get(theirs_is, 0) + 1
        if answer["result"] != theirs_is:
            record = zone[question[2]]
            wrong.append("%s %r: Mail::SPF says %s, we %s: %s" % (question, record, theirs_is, answer["result"], answer["reason"]))
    if wrong:
        raise Failed("%d of %d differ: %s" % (len(wrong), count, " | ".join(wrong[: int(os.environ.get("SHOWN", "3"))])))
    return "%d records agree: %s" % (count, ", ".join("%s %d" % pair for pair in sorted(counts.items())))


# ---- DKIM


class Dkim:
    """The messages, the keys, and the name server that has their records."""

    def __init__(self, run, seed, count=200):
        self.run, self.folder = run, run.folder("dkim")
        self.keys = {}
        zone = {}
        for algorithm in ALGORITHMS:
            kind = algorithm.split("-")[0]
            file = os.path.join(self.folder, kind + ".pem")
            form = ["-algorithm", "ed25519"] if kind == "ed25519" else ["-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"]
            subprocess.run(["openssl", "genpkey", *form, "-out", file], check=True, capture_output=True, timeout=60)
            public = subprocess.run(
                ["openssl", "pkey", "-in", file, "-pubout", "-outform", "DER"], check=True, capture_output=True, timeout=60
            ).stdout
            public = public[-32:] if kind == "ed25519" else public
            zone["%s._domainkey.%s" % (kind, DOMAIN)] = [("TXT", "v=DKIM1; k=%s; p=%s" % (kind, base64.b64encode(public).decode()))]
            self.keys[algorithm] = (kind, file)
        self.server = NameServer(zone)
        self.zone = os.path.join(self.folder, "zone.json")
        with open(self.zone, "w") as stream:
            json.dump({name: records[0][1] for name, records in zone.items()}, stream)
        self.perl = [os.path.join(PEERS, "dkim_oracle.pl"), str(self.server.port)]
        self.python = [os.path.join(PEERS, "dkim_oracle.py"), self.zone]
        self.messages = []
        for number, (name, message) in enumerate(content.generate(count, seed).items()):
            file = os.path.join(self.folder, name + ".eml")
            with open(file, "wb") as stream:
                stream.write(awkward(number, message))
            # Each algorithm with each of the four forms, in turn.
            self.messages.append((file, ALGORITHMS[number % 2], FORMS[number // 2 % 4]))

    def sign(self):
        """By us; returns the files."""
        return ask_all([lambda message=message: self._sign(*message) for message in self.messages])

    def _sign(self, file, algorithm, form):
        selector, key = self.keys[algorithm]
        command = ["dkim", "sign", file, "--key", key, "--domain", DOMAIN, "--selector", selector, "--canonicalization", form]
        field = ask(self.run, *command)
        with open(file, "rb") as stream, open(file + ".ours", "wb") as signed:
            signed.write(field + stream.read())
        return file + ".ours"

    def verify(self, files):
        """By us; the results' words."""

        def one(file):
            return json.loads(ask(self.run, "check", "dkim", file, "--dns", "127.0.0.1:%d" % self.server.port, "--json"))["result"]

        return ask_all([lambda file=file: one(file) for file in files])


def awkward(number, message):
    """Every message has From; some have fields twice, folded to no end, or a body of nothing but line ends."""
    head, _, body = message.partition(b"\r\n\r\n")
    if b"\r\nfrom:" not in b"\r\n" + head.lower():
        head = b"FROM:\tx\r\n <x@%s> " % DOMAIN.encode() + b"\r\n" + head
    if number % 4 == 1:
        head += b"\r\nX-Twice: one\r\nx-twice: two\r\nComments: a\r\nComments: b\r\nSubject: a second one"
    if number % 6 == 2:
        head += b"\r\nReferences:" + b"".join(b"\r\n\t<%d.%d@example.org>" % (number, i) for i in range(600))
    if number % 8 == 3:
        body = b"\r\n" * (number % 5) + body + b" \t\r\n" * (number % 3)
    if number % 16 == 5:
        body = b"\r\n" * (number % 7)
    return head + b"\r\n\r\n" + body


def all_pass(answers, files):
    wrong = ["%s: %s" % (os.path.basename(file), answer) for file, answer in zip(files, answers) if answer != "pass"]
    if wrong:
        raise Failed("%d of %d do not verify: %s" % (len(wrong), len(files), "; ".join(wrong[:3])))
    return "%d messages" % len(files)


# ---- DMARC


def dmarc(run, seed):
    dice, count = random.Random(seed), 120
    dkim = Dkim(run, seed, 2)
    key = dkim.server.zone["ed25519._domainkey." + DOMAIN]
    zone, cases, files = {}, [], []
    for number in range(count):
        # Each case has an organization of its own, so that each has a record of its own; some below a suffix of two labels. Mail::DMARC
        # takes no domain outside of the public suffix list. Nobody but our own name server is asked for them.
        org = dice.choice(["packetboat-test-%d.org", "packetboat-test-%d.co.uk"]) % number
        author = dice.choice([org, "mail." + org, "a.b." + org])
        others = [org, "mail." + org, "sub.mail." + org, "else" + org]
        envelope, signer = dice.choice(others), dice.choice(["", *others])
        spf_result, dkim_result = dice.choice(["pass", "fail"]), dice.choice(["pass", "pass", "fail"])
        policies = ["none", "quarantine", "reject"]
        record = "v=DMARC1; p=%s" % dice.choice(policies)
        if dice.random() < 0.4:
            record += "; sp=" + dice.choice(policies)
        if dice.random() < 0.4:
            record += "; adkim=" + dice.choice("rs")
        if dice.random() < 0.4:
            record += "; aspf=" + dice.choice("rs")
        for name in {author, *others}:
            zone[name] = [("A", "192.0.2.9"), ("TXT", "v=spf1 %sall" % ("+" if spf_result == "pass" else "-"))]
            zone["ed25519._domainkey." + name] = key
        if dice.random() < 0.9:
            zone["_dmarc." + org] = [("TXT", record)]
        if dice.random() < 0.2 and author != org:
            zone["_dmarc." + author] = [("TXT", "v=DMARC1; p=%s" % dice.choice(policies))]
        cases.append((author, envelope, spf_result, signer, dkim_result))
        files.append(dmarc_message(run, dkim, number, author, signer, dkim_result))
    server = NameServer(zone)
    theirs = oracle([os.path.join(PEERS, "dmarc_oracle.pl"), str(server.port)], ["\t".join(case) for case in cases])

    def ours(file, envelope):
        command = ["check", "dmarc", file, "--ip", "192.0.2.1", "--from", "joe@" + envelope, "--helo", "helo.test"]
        return json.loads(ask(run, *command, "--dns", "127.0.0.1:%d" % server.port, "--json"))

    answers = ask_all([lambda file=file, case=case: ours(file, case[1]) for file, case in zip(files, cases)])
    counts, wrong = {}, []
    for case, answer, theirs_is in zip(cases, answers, theirs):
        # It says fail where there is no record, and none as what to do; we say none.
        expected = "none none" if answer["policyDomain"] is None and theirs_is == "fail none" else theirs_is
        word = "pass none" if answer["result"] == "pass" else "%s %s" % (answer["result"], answer["policy"])
        counts[word] = counts.get(word, 0) + 1
        if word != expected:
            wrong.append("%s: Mail::DMARC says %s, we %s: %s" % (case, theirs_is, word, answer["reason"]))
    if wrong:
        raise Failed("%d of %d differ: %s" % (len(wrong), count, " | ".join(wrong[: int(os.environ.get("SHOWN", "3"))])))
    return "%d cases agree: %s" % (count, ", ".join("%s %d" % pair for pair in sorted(counts.items())))


def dmarc_message(run, dkim, number, author, signer, result):
    file = os.path.join(dkim.folder, "dmarc%03d.eml" % number)
    message = b"From: Joe <joe@%s>\r\nSubject: nr %d\r\n\r\nHello.\r\n" % (author.encode(), number)
    with open(file, "wb") as stream:
        stream.write(message)
    if signer:
        _, key = dkim.keys["ed25519-sha256"]
        field = ask(run, "dkim", "sign", file, "--key", key, "--domain", signer, "--selector", "ed25519")
        with open(file, "wb") as stream:
            stream.write(field + (message if result == "pass" else message.replace(b"Hello", b"Hallo")))
    return file


def authentication(run, results, seed):
    results.case("SPF: Mail::SPF agrees", lambda: spf(run, seed), "")
    results.case("DMARC: Mail::DMARC agrees", lambda: dmarc(run, seed), "dkim")
    dkim = Dkim(run, seed)
    ours = []
    if not results.case("DKIM: we sign", lambda: ours.extend(dkim.sign()), "dkim"):
        return
    results.case("DKIM: we verify what we signed", lambda: all_pass(dkim.verify(ours), ours), "dkim")
    # Mail::DKIM of Debian 12 has no Ed25519: it is given what RSA signs, and that is half of the messages.
    for name, command, algorithms in (("Mail::DKIM", dkim.perl, ALGORITHMS[:1]), ("dkimpy", dkim.python, ALGORITHMS)):
        test = functools.partial(they_verify, dkim, command, ours, algorithms)
        results.case("DKIM: %s verifies what we signed" % name, test, "dkim")
        test = functools.partial(they_sign, dkim, command, name[:4], algorithms)
        results.case("DKIM: we verify what %s signed" % name, test, "dkim")


def they_verify(dkim, command, ours, algorithms):
    files = [signed for signed, (_, algorithm, _) in zip(ours, dkim.messages) if algorithm in algorithms]
    return all_pass(oracle(command, ["verify\t" + file for file in files]), files)


def they_sign(dkim, command, suffix, algorithms):
    """All messages, also those that we sign with an algorithm that they do not have."""
    lines, files = [], []
    for file, algorithm, form in dkim.messages:
        algorithm = algorithm if algorithm in algorithms else algorithms[0]
        selector, key = dkim.keys[algorithm]
        files.append(file + "." + suffix)
        lines.append("\t".join(["sign", file, files[-1], algorithm, form, DOMAIN, selector, key]))
    oracle(command, lines)
    return all_pass(dkim.verify(files), files)

"""Messages with awkward content, and whether they arrived as they were: octet for octet behind the trace fields put in front."""
import json
import os
import random
import re

EIGHT_BIT = bytes(range(0x80, 0x100))
CONTROL = bytes([1, 8, 9, 11, 12, 27, 127])  # not NUL, CR, LF
PRINTABLE = bytes(range(0x20, 0x7F))
TRACE_FIELDS = {b"received", b"return-path", b"dkim-signature", b"authentication-results"}


def generate(count, seed):
    """Names, each with a message: CRLF, lines of at most 998 octets, no NUL, everything else that is unusual and allowed."""
    dice = random.Random(seed)

    def run(length, alphabet):
        return bytes(dice.choice(alphabet) for _ in range(length))

    messages = {}
    for i in range(1, count + 1):
        head = [
            b"X-Test-Id: m%04d" % i,
            b"Message-ID: <m%04d.%08x@spoke.test>" % (i, dice.getrandbits(32)),
            b"Date: Mon, 6 Jan 2025 10:%02d:%02d +0100" % (i // 60 % 60, i % 60),
            b"from: Some  Sender <sender%d@example.org>   " % i,
            b"To:\tundotted@localpart , other(comment)@example.net,\r\n  unqualified",
            b"Bcc: secret@example.org",
            b"Subject:   nr %d  =?utf-8?q?=C3=A9?= \t" % i,
            b"X-Eight: caf\xe9 \xc3\xa9 " + run(40, EIGHT_BIT),
            b"X-Folded: a\r\n\tb\r\n   c  \r\n d",
            b"X-Long: " + run(990, PRINTABLE[1:]),
            b"Content-Length: 7",
            b"Return-Path: <old@example.org>",
            b"Sender: <x@example.org>",
            b"MIME-Version: 1.0",
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: 8bit",
        ]
        if i % 5 == 0:  # what a submission server may feel like adding
            missing = (b"message-id", b"date", b"from", b"mime", b"content", b"to:")
            head = [field for field in head if not field.lower().startswith(missing)]
        if i % 3 == 0:
            head.insert(0, b"Received: from a (b [127.0.0.9]) by c; Mon, 6 Jan 2025 09:00:00 +0000")
        body = [
            b".", b"..", b".leading dot", b"...", b"From here", b">From there", b"trailing blanks   ", b"tab\t", b"   ", b"",
            b"X" * 998, b"." + b"Y" * 997, run(998, EIGHT_BIT), run(dice.randint(0, 998), PRINTABLE + EIGHT_BIT + CONTROL),
            b"=3D =20 =", b"Header: like", b"\xf0\x9f\x93\xa7 \xff\xfe", run(998, PRINTABLE)[:997] + b" ", b"%FROM_ADDRESS% \\n",
        ]
        body += [run(dice.randint(0, 200), PRINTABLE + EIGHT_BIT) for _ in range(dice.randint(0, 60))]
        dice.shuffle(body)
        body += [b""] * (i % 4)
        if i % 7 == 0:
            body += [b"."]
        if i % 10 == 9:
            body = []
        messages["%04d" % i] = b"\r\n".join(head) + b"\r\n\r\n" + b"".join(line + b"\r\n" for line in body)
    return messages


def recipient(name):
    return "rcpt+%s@example.net" % name


def envelopes(folder):
    """What a sink stored: the envelopes, in the order of arrival."""
    for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if file.endswith(".json"):
            with open(os.path.join(folder, file), "rb") as stream:
                yield json.load(stream)


def name_of(address):
    match = re.match(r"rcpt\+(.*)@", address)
    return match[1] if match else address


def names_in(folder):
    """The names in the recipients, one for each arrival."""
    return [name_of(address) for envelope in envelopes(folder) for address in envelope["rcpt_to"]]


def arrived(folder):
    """The name in each recipient, with the envelope and the content."""
    for envelope in envelopes(folder):
        with open(os.path.join(folder, envelope["file"]), "rb") as stream:
            content = stream.read()
        for address in envelope["rcpt_to"]:
            yield name_of(address), envelope, content


def difference(sent, content):
    """Empty, or how the content differs from what was sent other than by trace fields in front."""
    if not content.endswith(sent):
        a, b = sent[::-1], content[::-1]
        same = next((n for n in range(min(len(a), len(b))) if a[n] != b[n]), min(len(a), len(b)))
        shown = slice(max(0, len(sent) - same - 40), len(sent) - same + 10)
        other = slice(max(0, len(content) - same - 40), len(content) - same + 10)
        return "only the last %d octets agree: sent ...%r, got ...%r" % (same, sent[shown], content[other])
    added = content[: len(content) - len(sent)]
    fields = re.findall(rb"(?m)^([!-9;-~]+):", re.sub(rb"\r\n[ \t]+", b" ", added))
    # A submission server may add what a message must have and has not. RFC 6409 §8.
    header = sent.split(b"\r\n\r\n")[0].lower()
    allowed = TRACE_FIELDS | {field for field in (b"from", b"date", b"message-id") if not re.search(rb"(?m)^" + field + rb":", header)}
    if any(field.lower() not in allowed for field in fields) or not added.endswith(b"\r\n"):
        return "put in front: %r" % added
    return ""


def compare(messages, folder):
    """Every message must be in the sink once and whole. Returns how many are, and what is wrong."""
    wrong, seen = [], {}
    for name, envelope, content in arrived(folder):
        if name not in messages:
            wrong.append("a stray message to %s from <%s>" % (name, envelope["mail_from"]))
            continue
        seen[name] = seen.get(name, 0) + 1
        if problem := difference(messages[name], content):
            wrong.append("%s (%s): %s" % (name, envelope["file"], problem))
    wrong += ["%s arrived %d times" % (name, seen.get(name, 0)) for name in sorted(messages) if seen.get(name, 0) != 1]
    return len(messages) - len({text.split(" ")[0] for text in wrong}), wrong

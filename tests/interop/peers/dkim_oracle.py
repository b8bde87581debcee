#!/usr/bin/python3
"""dkim_oracle.py ZONE.json - dkimpy. The same lines as dkim_oracle.pl; ZONE.json has the TXT record of each key's name."""
import base64
import json
import sys

import dkim

with open(sys.argv[1]) as stream:
    ZONE = json.load(stream)


def text_of(name, timeout=5):
    return ZONE.get(name.decode().rstrip(".").lower(), "").encode() or None


def seed_of(file):
    """dkimpy takes an Ed25519 key as the base64 of its 32 octets: the last ones of the PKCS#8 form."""
    with open(file) as stream:
        body = "".join(line for line in stream.read().splitlines() if "-----" not in line)
    return base64.b64encode(base64.b64decode(body)[-32:])


def verify(file):
    with open(file, "rb") as stream:
        message = stream.read()
    try:
        return "pass" if dkim.DKIM(message).verify(dnsfunc=text_of) else "fail"
    except (dkim.DKIMException, dkim.ValidationError) as failure:
        return "error: %s" % failure


def sign(file, out, algorithm, form, domain, selector, key):
    with open(file, "rb") as stream:
        message = stream.read()
    if algorithm.startswith("ed25519"):
        private = seed_of(key)
    else:
        with open(key, "rb") as stream:
            private = stream.read()
    header, body = form.encode().split(b"/")
    field = dkim.sign(
        message, selector.encode(), domain.encode(), private, canonicalize=(header, body), signature_algorithm=algorithm.encode()
    )
    with open(out, "wb") as stream:
        stream.write(field + message)
    return "ok"


for line in sys.stdin:
    verb, *arguments = line.rstrip("\n").split("\t")
    print({"verify": verify, "sign": sign}[verb](*arguments), flush=True)

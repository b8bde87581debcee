#!/usr/bin/env python3
"""SMTP sink: stores every message under $DIR as NNNNNN.eml (dot-unstuffed octets, CRLF kept
as received) and NNNNNN.json (envelope). The .eml is in place before the .json, and both before
the 250 reply. Environment: DIR, SINKPORT; optional SINKADDR (127.0.0.1), SINKNAME (sink.test),
SINKSIZE (SIZE limit, 104857600), SINKEXT (extensions offered, "PIPELINING 8BITMIME SIZE"), SINKREPLIES
(a JSON object: what a recipient begins with, and the reply it gets)."""
import asyncio, json, os, re, signal, sys, time

OUT = os.environ["DIR"]
PORT = int(os.environ["SINKPORT"])
ADDR = os.environ.get("SINKADDR", "127.0.0.1")
NAME = os.environ.get("SINKNAME", "sink.test")
LIMIT = int(os.environ.get("SINKSIZE", "104857600"))
EXT = os.environ.get("SINKEXT", "PIPELINING 8BITMIME SIZE").split()
REPLIES = json.loads(os.environ.get("SINKREPLIES", "{}"))
PATH = re.compile(rb"^(?:FROM|TO):\s*<([^>]*)>\s*(.*)$", re.I | re.S)
count = 0


def text(b):
    return b.decode("utf-8", "surrogateescape")


def store(body, env):
    global count
    count += 1
    base = os.path.join(OUT, "%06d" % count)
    env["file"] = os.path.basename(base) + ".eml"
    for end, data in ((".eml", body), (".json", json.dumps(env, indent=1).encode() + b"\n")):
        with open(base + ".tmp", "wb") as f:
            f.write(data)
        os.rename(base + ".tmp", base + end)
    return count


async def read_data(rd):
    """Octets up to the line holding a single dot; None for the body if over the limit."""
    parts, size = [], 0
    while True:
        line = await rd.readuntil(b"\r\n")
        if line == b".\r\n":
            return (b"".join(parts) if size <= LIMIT else None), size
        if line[:1] == b".":
            line = line[1:]
        size += len(line)
        if size <= LIMIT:
            parts.append(line)


async def serve(rd, wr):
    helo, esmtp, mail, rcpts = None, False, None, []

    def say(*lines):
        code = lines[0][:3]
        for i, l in enumerate(lines):
            t = l[4:] if l[:3] == code and i == 0 else l
            wr.write(("%s%s%s\r\n" % (code, "-" if i < len(lines) - 1 else " ", t)).encode())

    try:
        say("220 %s ESMTP sink" % NAME)
        while True:
            await wr.drain()
            line = (await rd.readuntil(b"\r\n"))[:-2]
            verb, _, arg = line.partition(b" ")
            verb = verb.upper()
            if verb in (b"EHLO", b"HELO"):
                helo, esmtp, mail, rcpts = text(arg), verb == b"EHLO", None, []
                say("250 " + NAME, *([e if e != "SIZE" else "SIZE %d" % LIMIT for e in EXT] if esmtp else []))
            elif verb == b"MAIL":
                m = PATH.match(arg)
                if mail is not None: say("503 nested MAIL")
                elif not m: say("501 bad MAIL")
                else:
                    mail, rcpts = (m[1], m[2].split()), []
                    say("250 ok")
            elif verb == b"RCPT":
                m = PATH.match(arg)
                if mail is None: say("503 MAIL first")
                elif not m: say("501 bad RCPT")
                elif reply := next((REPLIES[word] for word in REPLIES if text(m[1]).startswith(word)), None):
                    say(reply)
                else:
                    rcpts.append((m[1], m[2].split()))
                    say("250 ok")
            elif verb == b"DATA":
                if not rcpts: say("503 RCPT first"); continue
                say("354 go on")
                await wr.drain()
                body, size = await read_data(rd)
                if body is None: say("552 too big")
                else:
                    n = store(body, {
                        "helo": helo, "esmtp": esmtp, "peer": list(wr.get_extra_info("peername")),
                        "mail_from": text(mail[0]), "mail_params": [text(p) for p in mail[1]],
                        "rcpt_to": [text(r[0]) for r in rcpts],
                        "rcpt_params": [[text(p) for p in r[1]] for r in rcpts],
                        "size": size, "time": time.time()})
                    say("250 stored as %06d" % n)
                mail, rcpts = None, []
            elif verb == b"RSET": mail, rcpts = None, []; say("250 ok")
            elif verb == b"NOOP": say("250 ok")
            elif verb == b"VRFY": say("252 try it")
            elif verb == b"QUIT":
                say("221 bye"); await wr.drain(); break
            else: say("500 what?")
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
        pass
    finally:
        wr.close()


async def main():
    global count
    os.makedirs(OUT, exist_ok=True)
    count = max([int(f[:6]) for f in os.listdir(OUT) if re.match(r"\d{6}\.", f)], default=0)
    stop = asyncio.Event()
    for s in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(s, stop.set)
    srv = await asyncio.start_server(serve, ADDR, PORT, limit=1 << 24, backlog=512)
    await stop.wait()
    os._exit(0)  # everything answered with 250 is already stored

asyncio.run(main())

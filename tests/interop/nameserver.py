"""A name server for loopback: UDP, answers from a table, NXDOMAIN for what is not in it, SERVFAIL for what is listed as broken."""
import ipaddress
import socket
import struct
import threading

TYPES = {"A": 1, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}


def wire_name(name):
    labels = [label.encode("ascii") for label in name.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def wire_data(kind, data):
    if kind in ("A", "AAAA"):
        return ipaddress.ip_address(data).packed
    if kind == "MX":
        preference, host = data.split(" ")
        return struct.pack("!H", int(preference)) + wire_name(host)
    if kind == "TXT":
        text = data.encode()
        return b"".join(bytes([len(text[i : i + 255])]) + text[i : i + 255] for i in range(0, max(len(text), 1), 255))
    return wire_name(data)


class NameServer:
    """zone: a dictionary of lower-case names, each with a list of (type, data). Names in broken cannot be looked up."""

    def __init__(self, zone, broken=()):
        self.zone, self.broken = zone, set(broken)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self._socket.recvfrom(4096)
            try:
                self._socket.sendto(self._answer(query), client)
            except (IndexError, struct.error, UnicodeDecodeError):
                pass  # no question: no answer

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode("latin-1").lower())
            at += query[at] + 1
        name, (kind,) = ".".join(labels), struct.unpack("!H", query[at + 1 : at + 3])
        records = self.zone.get(name, [])
        found = [(t, data) for t, data in records if TYPES[t] == kind]
        code = 2 if name in self.broken else 0 if records else 3
        if code:
            found = []
        answers = b""
        for t, data in found:
            wire = wire_data(t, data)
            answers += b"\xc0\x0c" + struct.pack("!HHIH", TYPES[t], 1, 60, len(wire)) + wire
        # A name that exists because of one below it is no NXDOMAIN.
        if code == 3 and any(other.endswith("." + name) for other in self.zone):
            code = 0
        flags = 0x8580 | code
        return query[:2] + struct.pack("!HHHHH", flags, 1, len(found), 0, 0) + query[12 : at + 5] + answers

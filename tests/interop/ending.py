"""How the program ends while both sides keep it waiting: a client in the middle of a message, and a next hop that says nothing more."""
import socket
import threading
import time

import content
import world
from world import Failed, Sink, wait_until

# Sessions have 30 s after SIGTERM, deliveries 20 s, at the same time; the rest is for the store.
DEADLINE = 40


def ending(run, results):
    title = "SIGTERM under a client in the middle of a message and a next hop that says nothing: in time, and nothing is lost"
    results.case(title, lambda: both_stall(run), "ending-*")
    results.case("SIGTERM under a client that then ends its message: it is taken", lambda: one_ends(run), "ending-end*")


class SilentHop:
    """A server that takes a message to its end, and does not say whether it has it."""

    def __init__(self, port):
        self.port, self.has_content = port, threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection):
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 silent.test ESMTP\r\n")
            for line in lines:
                if line.upper().startswith(b"DATA"):
                    connection.sendall(b"354 go on\r\n")
                    while lines.readline() not in (b".\r\n", b""):
                        pass
                    self.has_content.set()
                    lines.read()  # until the other side hangs up
                    return
                connection.sendall(b"250 OK\r\n")


def both_stall(run):
    hop = SilentHop(run.port())
    boat = world.spoke(run, "ending-spoke", hop.port, auth="")
    del boat.mail["RelayUsername"], boat.mail["RelayPassword"]
    boat.write_ini()
    boat.start().ready()
    message = b"Subject: held\r\n\r\nIt was taken with a 250.\r\n"
    world.send(boat.port, {"held": message})
    wait_until(hop.has_content.is_set, "the next hop to have the message", 30)
    with half_a_message(boat.port) as client:
        begin = time.monotonic()
        status = run.stop(boat.process, DEADLINE)
        took = time.monotonic() - begin
        said = rest_of(client)
    hop.close()
    if status != 0 or not said.startswith(b"421 4.3.2"):
        raise Failed("exit %d after %.0f s; the client was told %r" % (status, took, said))

    sink = Sink(run, "ending-sink")
    boat.write_ini(RelayPort=sink.port)
    boat.start().ready()
    sink.wait_for({"held"})
    boat.stop()
    arrived = content.names_in(sink.folder)
    if arrived != ["held"]:
        raise Failed("of the mail, %s arrived" % arrived)
    return "ended after %.0f s; the client was told %r" % (took, said.decode(errors="replace").strip())


def one_ends(run):
    sink = Sink(run, "ending-end-sink")
    boat = world.spoke(run, "ending-end-spoke", sink.port, auth="")
    del boat.mail["RelayUsername"], boat.mail["RelayPassword"]
    boat.write_ini()
    boat.start().ready()
    with half_a_message(boat.port) as client, client.makefile("rb") as replies:
        boat.process.terminate()
        wait_until(lambda: not world.is_open(boat.port), "the listener to close", 30)
        client.sendall(b".\r\n")
        said = [replies.readline()[:9] for _ in range(2)]
    status = run.stop(boat.process, DEADLINE)
    if status != 0 or not said[0].startswith(b"250 2.0.0") or said[1] != b"421 4.3.2":
        raise Failed("exit %d; the client was told %r" % (status, said))
    boat.start().ready()
    sink.wait_for({"half"})
    boat.stop()


def half_a_message(port):
    """A client that has said DATA and one line."""
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    with client.makefile("rb") as replies:
        replies.readline()
        for command in (b"HELO client.test", b"MAIL FROM:<sender@example.org>", b"RCPT TO:<rcpt+half@example.net>", b"DATA"):
            client.sendall(command + b"\r\n")
            reply = replies.readline()
            if reply[:1] not in b"23":
                raise Failed("%r: %r" % (command, reply))
    client.sendall(b"Subject: half\r\n\r\nand no end\r\n")
    return client


def rest_of(client):
    try:
        return client.recv(1000)
    except OSError:
        return b""

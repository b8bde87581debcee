"""What a broker of MQTT and its subscribers get: mosquitto over TLS with a password, as the specification's topics name them."""
import os
import smtplib
import ssl
import subprocess
import threading

import world
from world import ACCOUNT, PASSWORD, Failed, wait_until

BROKER_NAME, BROKER_PASSWORD = "packetboat", "br0ker-Pass"


class Subscriber:
    """mosquitto_sub: every topic with its payload, as it came. With one of its own it sees what the broker keeps."""

    def __init__(self, run, name, port, authority):
        self.lines = []
        command = ["mosquitto_sub", "-h", "localhost", "-p", str(port), "--cafile", authority, "-V", "mqttv311"]
        command += ["-u", BROKER_NAME, "-P", BROKER_PASSWORD, "-t", "sbbs/#", "-F", "%r %t %p"]
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def wait_for(self, topic, *parts):
        """A message of the topic (its end) with all the parts in it, or with "" an empty one."""

        def found():
            for line in list(self.lines):
                _, name, payload = (line.split(" ", 2) + [""])[:3]
                if name.endswith(topic) and (all(part in payload for part in parts) if parts != ("",) else payload == ""):
                    return line
            return None

        return wait_until(found, lambda: "%s with %s; there are %s" % (topic, parts, self.lines[-6:]), 30)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def broker(run, results):
    certificates = run.certificates("broker-ca", "localhost")
    authority, port = os.path.join(certificates, "ca.pem"), run.port()
    mosquitto(run, certificates, port)
    secret = os.path.join(run.folder("broker"), "mqtt.secret")
    with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(BROKER_PASSWORD + "\n")
    hub = world.hub(
        run,
        "broker-hub",
        run.port(),
        sections="[Mqtt]\nMqttBroker = localhost\nMqttPort = %d\nMqttTls = true\nMqttCertificateFile = %s\nMqttUsername = %s\n"
        "MqttPasswordFile = %s\nMqttSystemId = MYBBS\n" % (port, authority, BROKER_NAME, secret),
    )
    hub.start().ready()
    live = Subscriber(run, "broker-live", port, authority)
    logs = "broker*"
    results.case("mosquitto knows that the server is ready", lambda: live.wait_for("/server/mail", "ready"), logs)
    results.case("mosquitto is told who signs in, and who tries to", lambda: sign_ins(hub, live), logs)
    results.case("mosquitto has an alarm until it is over, and keeps that the server is there", lambda: alarms(run, hub, live, port, authority), logs)
    results.case("mosquitto says DISCONNECTED for a server that is killed", lambda: killed(hub, live), logs)
    results.case("mosquitto is told that the server stops", lambda: stopped(hub, live), logs)
    live.stop()


def mosquitto(run, certificates, port):
    folder = run.folder("broker")
    passwords = os.path.join(folder, "passwords")
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, BROKER_NAME, BROKER_PASSWORD], check=True, timeout=10)
    settings = os.path.join(folder, "mosquitto.conf")
    with open(settings, "w") as file:
        file.write("user root\nlistener %d 127.0.0.1\nallow_anonymous false\npassword_file %s\n" % (port, passwords))
        file.write("certfile %s/cert.pem\nkeyfile %s/key.pem\n" % (certificates, certificates))
    run.listening(run.start("broker-mosquitto", ["mosquitto", "-v", "-c", settings]), port)


def sign_ins(hub, live):
    context = ssl.create_default_context(cafile=hub.authority)
    with smtplib.SMTP_SSL("localhost", hub.tls, context=context, timeout=30) as client:
        client.login(ACCOUNT, PASSWORD)
    with smtplib.SMTP_SSL("localhost", hub.tls, context=context, timeout=30) as client:
        try:
            client.login(ACCOUNT, "wrong")
            raise Failed("a wrong password was taken")
        except smtplib.SMTPAuthenticationError:
            pass
    live.wait_for("action/login/smtp", ACCOUNT)
    return live.wait_for("action/login_fail/smtp", ACCOUNT)


def alarms(run, hub, live, port, authority):
    hub.run("alarm", "test")
    line = live.wait_for("/alarm/test", '"event":')
    live.wait_for("/log/4", "test")
    live.wait_for("/alarm/test", "")
    late = Subscriber(run, "broker-late", port, authority)
    late.wait_for("/server/mail", "ready")
    if any("/alarm/test" in kept for kept in late.lines):
        raise Failed("an alarm that is over is kept: %s" % late.lines)
    late.stop()
    return line[:60]


def killed(hub, live):
    hub.kill()
    live.wait_for("/server/mail", "DISCONNECTED")


def stopped(hub, live):
    before = len(live.lines)
    hub.start().ready()
    wait_until(lambda: any(line.endswith("/server/mail ready") for line in live.lines[before:]), "ready again", 30)
    hub.stop()
    live.wait_for("/server/mail", "stopped")

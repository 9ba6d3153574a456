"""A `ward serve` process: its configuration, its addresses, requests to it, its end."""

import ctypes
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

from identities import AUDIENCE, ISSUER

ROOT = Path(__file__).resolve().parents[3]


def configuration(folder, stores, trust_overlay=False, http_port=0, tls_port=0):
    """Ward's YAML for the demonstration (JSON is YAML)."""
    named = {name: {"root": str(root), "trust_overlay": trust_overlay} for name, root in stores.items()}
    gate = {"stores": named, "models": str(ROOT / "examples" / "models")}
    if os.environ.get("WARD_OPENVINO_DIR"):
        gate["openvino"] = os.environ["WARD_OPENVINO_DIR"]
    return {
        "listeners": [
            {"http": f"127.0.0.1:{http_port}"},
            {"unix": str(Path(folder) / "ward.sock")},
            {"https": f"127.0.0.1:{tls_port}", "certificate": str(Path(folder) / "server.crt"), "key": str(Path(folder) / "server.key")},
        ],
        "policy": {"paths": [str(ROOT / "policies" / "medical"), str(ROOT / "policies" / "kubernetes")]},
        "identity": {"keys": str(Path(folder) / "jwks.json"), "issuer": ISSUER, "audience": AUDIENCE},
        "gate": gate,
        "admission": {"deny": "data.kubernetes.admission.deny", "warn": "data.kubernetes.admission.warn"},
        "log": {"path": str(Path(folder) / "decisions.sqlite")},
    }


def end_with_parent():
    """Asks the kernel to end this process when its parent is gone (PR_SET_PDEATHSIG), so that nothing is left running."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    """Status, headers, JSON body (or text) and the milliseconds that it took, the connection included."""

    def __init__(self, status, headers, data, milliseconds):
        self.status, self.headers, self.milliseconds = status, headers, milliseconds
        self.text = data.decode(errors="replace")
        try:
            self.body = json.loads(data)
        except ValueError:
            self.body = None


class Server:
    def __init__(self, binary, folder, settings):
        self.folder = Path(folder)
        config = self.folder / "ward.yaml"
        config.write_text(json.dumps(settings, indent=2) + "\n")
        self.messages = self.folder / "ward.log"
        with self.messages.open("wb") as out:
            self.process = subprocess.Popen([binary, "serve", "--config", str(config)], stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=out, preexec_fn=end_with_parent)
        self.tls = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        try:
            started = time.monotonic()
            self.addresses = self._wait()
            self.seconds_to_ready = time.monotonic() - started
        except BaseException:
            self.stop()
            raise

    def _wait(self):
        """The addresses that Ward prints once it listens, when it says of itself that it is ready."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"ward serve ended with status {self.process.returncode}:\n{self.messages.read_text()}")
            found = dict(re.findall(r"\b(https?)://127\.0\.0\.1:([1-9]\d*)", self.messages.read_text()))
            if {"http", "https"} <= found.keys():
                self.addresses = found
                try:
                    if self.ask("GET", "/health").status == 200:
                        return found
                except OSError:
                    pass
            time.sleep(0.05)
        raise RuntimeError(f"ward serve was not ready within two minutes:\n{self.messages.read_text()}")

    def ask(self, method, path, body=None, token=None, over="http"):
        if over == "unix":
            connection = UnixConnection(str(self.folder / "ward.sock"))
        elif over == "https":
            connection = http.client.HTTPSConnection("localhost", int(self.addresses["https"]), timeout=30, context=self.tls)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", int(self.addresses["http"]), timeout=30)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            started = time.perf_counter()
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            data = response.read()
            return Answer(response.status, dict(response.getheaders()), data, (time.perf_counter() - started) * 1000)
        finally:
            connection.close()

    def infer(self, store, path, token=None, over="http", model="ct-nodule"):
        return self.ask("POST", f"/v2/models/{model}/infer", {"parameters": {"store": store, "path": path}}, token, over)

    def stop(self):
        """Ends the process with SIGTERM; returns its exit status, or None when it had to be killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                return None
        return self.process.returncode

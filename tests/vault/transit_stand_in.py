"""A stand-in for a key service: the few requests of a transit interface that the provider sends."""

import base64
import hmac
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "s.stand-in"


class StandIn:
    def __init__(self) -> None:
        self.keys: dict[str, dict[int, bytes]] = {}
        self.oldest: dict[str, int] = {}
        for name in ("register", "register-index"):
            self.rotate(name)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def rotate(self, name: str) -> None:
        versions = self.keys.setdefault(name, {})
        versions[len(versions) + 1] = os.urandom(32)

    def answer(self, what: list[str], sent: dict[str, Any]) -> dict[str, Any] | None:
        verb, name = what[0], what[1]
        versions = self.keys[name]
        if verb == "keys":
            return {
                "latest_version": max(versions),
                "min_decryption_version": self.oldest.get(name, 1),
            }
        if verb == "hmac":
            number = sent["key_version"]
            tag = hmac.digest(versions[number], base64.b64decode(sent["input"]), "sha256")
            return {"hmac": f"vault:v{number}:{base64.b64encode(tag).decode()}"}
        known = base64.b64decode(sent["associated_data"])
        if verb == "encrypt":
            nonce, number = os.urandom(12), sent["key_version"]
            plain = base64.b64decode(sent["plaintext"])
            sealed = nonce + AESGCM(versions[number]).encrypt(nonce, plain, known)
            return {"ciphertext": f"vault:v{number}:{base64.b64encode(sealed).decode()}"}
        _vault, version, text = sent["ciphertext"].split(":")
        sealed = base64.b64decode(text)
        try:
            key = AESGCM(versions[int(version[1:])])
            plain = key.decrypt(sealed[:12], sealed[12:], known)
        except InvalidTag:
            return None
        return {"plaintext": base64.b64encode(plain).decode()}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply({})

            def do_POST(self) -> None:
                self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _reply(self, sent: dict[str, Any]) -> None:
                allowed = self.headers["X-Vault-Token"] == TOKEN
                what = self.path.removeprefix("/v1/transit/").split("/")
                data = stand_in.answer(what, sent) if allowed else None
                self.send_response(403 if not allowed else 200 if data else 400)
                self.end_headers()
                self.wfile.write(json.dumps({"data": data}).encode())

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        return Handler

"""Certificates for servers on loopback, of an authority that nobody but the tests trusts."""

from __future__ import annotations

import functools
import ssl
import tempfile
from pathlib import Path

import trustme


class Authority:
    """A certificate authority and the files that clients and servers want of it."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="upstox-tests-")
        self.folder = Path(self._folder.name)
        self.ca_file = self._write("ca.pem", self._ca.cert_pem)
        client = self._ca.issue_cert("trader@example.test")
        self.client_cert_file = self._write("client.pem", client.cert_chain_pems[0])
        self.client_key_file = self._write("client.key", client.private_key_pem)
        self.client_both_file = self._write("both.pem", client.private_key_and_cert_chain_pem)

    def _write(self, name: str, blob: trustme.Blob) -> str:
        path = self.folder / name
        blob.write_to_path(str(path))
        return str(path)

    def server(
        self, *names: str, client_certificate: bool = False, protocols: tuple[str, ...] = ("http/1.1",)
    ) -> ssl.SSLContext:
        """A server's TLS context for these names; default: the loopback ones."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or ("127.0.0.1", "localhost"))).configure_cert(context)
        context.set_alpn_protocols(list(protocols))
        if client_certificate:
            self._ca.configure_trust(context)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


@functools.cache
def authority() -> Authority:
    """The authority of this test run."""
    return Authority()

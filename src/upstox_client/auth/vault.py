"""The platform's own secret store (Keychain, Credential Manager, Secret Service, KWallet), by way of `keyring`."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Final, Protocol

from upstox_client.redact import REDACTED, redact_text

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE: Final = "upstox"


class VaultError(Exception):
    """The secret store is not there, is locked, or failed."""


class Vault(Protocol):
    """Keeps secrets by key."""

    name: str

    def get(self, key: str) -> str | None:
        """The secret, or None."""
        ...

    def set(self, key: str, secret: str) -> None:
        """Keep a secret."""
        ...

    def delete(self, key: str) -> None:
        """Forget a secret; it is no error if there is none."""
        ...


class KeyringVault:
    """A backend of `keyring`. Whatever goes wrong in it is a `VaultError`."""

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend: Any = backend  # its types are partly unknown
        self.name = _name_of(backend)

    def get(self, key: str) -> str | None:
        """See `Vault.get`."""
        with _failures():
            secret: str | None = self._backend.get_password(SERVICE, key)
        return secret

    def set(self, key: str, secret: str) -> None:
        """See `Vault.set`."""
        with _failures(secret):
            self._backend.set_password(SERVICE, key, secret)

    def delete(self, key: str) -> None:
        """See `Vault.delete`."""
        from keyring.errors import PasswordDeleteError

        with _failures(), contextlib.suppress(PasswordDeleteError):
            self._backend.delete_password(SERVICE, key)


def find_vault() -> Vault:
    """The platform's secret store.

    Raises:
        VaultError: there is none that keeps anything.
    """
    with _failures():
        import keyring  # not before it is needed: it looks for backends, over D-Bus too

        backend = keyring.get_keyring()
        usable = backend.priority > 0 and type(backend).__module__ not in {
            "keyring.backends.fail",
            "keyring.backends.null",
        }
    if not usable:
        raise VaultError("this system has no keyring")
    return KeyringVault(backend)


def _name_of(backend: KeyringBackend) -> str:
    kind = type(backend)
    return f"{kind.__module__.rpartition('.')[2]} {kind.__name__}"


@contextlib.contextmanager
def _failures(secret: str = "") -> Generator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - backends raise what their D-Bus, COM or C libraries raise
        text = str(error).replace(secret, REDACTED) if secret else str(error)
        raise VaultError(redact_text(f"{type(error).__name__}: {text}".rstrip(": "))) from None

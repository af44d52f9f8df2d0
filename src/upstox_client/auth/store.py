"""Where tokens are kept between two runs of a program.

The secrets go into the platform's keyring if there is one; all else (which app, whose account, until when) into a file
that only its owner can read. Without a keyring the secrets are in that file, too.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final, Literal, Self, TypeAlias

import msgspec

from upstox_client.auth.errors import TokenStoreError
from upstox_client.auth.token import Place, StoredToken
from upstox_client.auth.vault import Vault, VaultError, find_vault
from upstox_client.configuration import Configuration

Secrets: TypeAlias = Literal["auto", "file", "keyring"]
"""Where the secrets go: the keyring if there is one, else the file; always the file; the keyring or nowhere."""

_FILE: Final = "tokens.json"

logger = logging.getLogger("upstox_client")


class _Entry(msgspec.Struct, omit_defaults=True):
    about: StoredToken
    vault: bool = False
    """Whether the secrets are in the keyring; `about` has none then."""


class _Contents(msgspec.Struct):
    version: Literal[1] = 1
    last: dict[str, str] = {}
    """Place -> the name that was used last."""
    tokens: dict[str, _Entry] = {}


class _Secret(msgspec.Struct, array_like=True):
    token: str
    extended_token: str | None = None


class TokenStore:
    """Tokens by environment (and host, where there may be several) and client id.

    Parameters:
        path: the file; default: `tokens.json` in the user's data directory for `upstox`.
        secrets: `auto`: into the keyring if there is one, else into the file. `file`: into the file. `keyring`: into
            the keyring, or fail.
        note: told, in a sentence, what the user should know (the keyring failed, permissions were repaired). Default:
            the package's logger, as a warning.

    Raises (all methods):
        TokenStoreError: the file or the keyring cannot be used; the message says which and what to do.
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        secrets: Secrets = "auto",
        note: Callable[[str], object] | None = None,
    ) -> None:
        self._owned = path is None  # the directory is ours alone
        self.path = _default_path() if path is None else Path(path).expanduser()
        self.secrets: Secrets = secrets
        self._note = note or logger.warning
        self._vault: Vault | None = None
        self._vault_error: VaultError | None = None

    @classmethod
    def from_env(cls, *, note: Callable[[str], object] | None = None) -> Self:
        """The store that `UPSTOX_TOKEN_STORE` names: `file`, `keyring`, or the path of a file; unset: `auto`."""
        choice = os.environ.get("UPSTOX_TOKEN_STORE") or "auto"
        modes: dict[str, Secrets] = {"auto": "auto", "file": "file", "keyring": "keyring"}
        if choice in modes:
            return cls(secrets=modes[choice], note=note)
        return cls(choice, secrets="file", note=note)

    def __repr__(self) -> str:
        return f"TokenStore({str(self.path)!r}, secrets={self.secrets!r})"

    # What is in it

    def get(self, where: Configuration | Place, client_id: str | None = None) -> StoredToken | None:
        """A token, dead or alive; None if there is none.

        Parameters:
            where: which Upstox.
            client_id: the app's API key; for a token stored without one, its kind. Default: the one used last.
        """
        place = _place(where)
        contents = self._read()
        name = client_id or contents.last.get(str(place))
        entry = contents.tokens.get(_key(place, name)) if name else None
        if entry is None or not entry.vault:
            return entry.about if entry else None
        try:
            text = self._find_vault().get(_key(place, name))
        except VaultError as error:
            raise TokenStoreError(
                f"The token is in the keyring, which cannot be read ({error}). Unlock it, or log in again with "
                "UPSTOX_TOKEN_STORE=file"
            ) from error
        if text is None:
            return None
        try:
            secret = msgspec.json.decode(text, type=_Secret)
        except msgspec.DecodeError:
            raise TokenStoreError("The token in the keyring is damaged. Log in again") from None
        return msgspec.structs.replace(entry.about, token=secret.token, extended_token=secret.extended_token)

    def peek(self, where: Configuration | Place, client_id: str | None = None) -> StoredToken | None:
        """As `get`, but without the secrets, and without asking the keyring."""
        place = _place(where)
        contents = self._read()
        name = client_id or contents.last.get(str(place))
        entry = contents.tokens.get(_key(place, name)) if name else None
        return _without_secrets(entry.about) if entry else None

    def list(self) -> tuple[StoredToken, ...]:
        """All tokens, without their secrets."""
        return tuple(_without_secrets(entry.about) for entry in self._read().tokens.values())

    def last(self, where: Configuration | Place) -> str | None:
        """The client id used last with this Upstox; it outlives a logout."""
        return self._read().last.get(str(_place(where)))

    def location(self, where: Configuration | Place, client_id: str | None = None) -> str:
        """Where the secrets of a token are, or would go, in words."""
        place = _place(where)
        contents = self._read()
        entry = contents.tokens.get(_key(place, client_id or contents.last.get(str(place))))
        in_vault = self._usable_vault() is not None if entry is None else entry.vault
        return f"the system's keyring, the rest in {self.path}" if in_vault else str(self.path)

    # Changing it

    def prepare(self) -> None:
        """See that tokens can be kept, before a login that works once is spent on one that cannot."""
        self._usable_vault()
        with self._changed():
            pass

    def put(self, token: StoredToken) -> None:
        """Keep a token in the place of the one with the same environment and client id, and make it the last used."""
        key = _key(token.place, token.name)
        entry = _Entry(token)
        vault = self._usable_vault()
        if vault is not None:
            try:
                vault.set(key, msgspec.json.encode(_Secret(token.token, token.extended_token)).decode())
                entry = _Entry(_without_secrets(token), vault=True)
            except VaultError as error:
                self._give_up_vault(error)
        with self._changed() as contents:
            dead = _dead_emulators(contents, token.received_at)
            contents.tokens[key] = entry
            contents.last[str(token.place)] = token.name
        for name in dead:
            with contextlib.suppress(VaultError):
                self._find_vault().delete(name)

    def delete(self, where: Configuration | Place, client_id: str | None = None) -> bool:
        """Forget a token; whether there was one. The client id stays known as the last used."""
        place = _place(where)
        with self._changed() as contents:
            key = _key(place, client_id or contents.last.get(str(place)))
            entry = contents.tokens.pop(key, None)
        if entry is not None and entry.vault:
            try:
                self._find_vault().delete(key)
            except VaultError as error:
                self._note(f"The token could not be removed from the keyring ({error}); the entry is {key!r}")
        return entry is not None

    # The keyring

    def _find_vault(self) -> Vault:
        if self._vault is None:
            self._vault = find_vault()
        return self._vault

    def _usable_vault(self) -> Vault | None:
        """The keyring for a new secret, or None if it goes into the file."""
        if self.secrets == "file" or self._vault_error is not None:
            return None
        try:
            return self._find_vault()
        except VaultError as error:
            if self.secrets == "keyring":
                raise _no_vault(error) from error
            self._vault_error = error  # a machine without a keyring is nothing to speak of
            return None

    def _give_up_vault(self, error: VaultError) -> None:
        if self.secrets == "keyring":
            raise _no_vault(error) from error
        self._vault_error = error
        self._note(f"The keyring does not keep the token ({error}); it goes into {self.path}, readable by you alone")

    # The file

    def _read(self) -> _Contents:
        try:
            with self.path.open("rb") as file:
                self._guard(file.fileno())
                data = file.read()
        except FileNotFoundError:
            return _Contents()
        except OSError as error:
            raise TokenStoreError(f"The token store {self.path} cannot be read: {error.strerror}") from error
        try:
            return msgspec.json.decode(data, type=_Contents)
        except (msgspec.DecodeError, UnicodeDecodeError):
            # Nothing of it in the message, nor in the cause: there may be a token in it.
            raise _DamagedError(f"The token store {self.path} is damaged. Delete that file and log in again") from None

    def _guard(self, fd: int) -> None:
        """See to it that nobody else can read the file.

        Raises:
            TokenStoreError: it is another user's.
        """
        if sys.platform == "win32":
            return
        about = os.fstat(fd)
        if about.st_uid != os.getuid():
            raise TokenStoreError(f"The token store {self.path} belongs to another user; it is not used")
        if stat.S_IMODE(about.st_mode) & 0o077:
            os.fchmod(fd, 0o600)
            self._note(
                f"Others could read the token store {self.path}; its permissions are 0600 now. If anybody may have "
                "looked, `upstox logout` makes the token worthless"
            )

    @contextlib.contextmanager
    def _changed(self) -> Generator[_Contents]:
        """The contents, to be changed; written when the block ends, while no other process of ours writes."""
        try:
            self._make_directory()
            with _locked(self.path.parent):
                contents = self._read_or_start_over()
                yield contents
                _replace(self.path, msgspec.json.format(msgspec.json.encode(contents)))
        except OSError as error:
            raise TokenStoreError(f"The token store {self.path} cannot be written: {error.strerror}") from error

    def _make_directory(self) -> None:
        directory = self.path.parent
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._owned and stat.S_IMODE(directory.stat().st_mode) & 0o077:
            directory.chmod(0o700)

    def _read_or_start_over(self) -> _Contents:
        try:
            return self._read()
        except _DamagedError:
            aside = self.path.with_name(f"{self.path.name}.damaged")
            self.path.replace(aside)
            self._note(f"The token store was damaged; a new one is begun, the old one is {aside}")
            return _Contents()


class _DamagedError(TokenStoreError):
    pass


def _no_vault(error: VaultError) -> TokenStoreError:
    return TokenStoreError(f"UPSTOX_TOKEN_STORE=keyring, but the keyring cannot be used: {error}")


def _place(where: Configuration | Place) -> Place:
    return where if isinstance(where, Place) else Place.of(where)


def _key(place: Place, name: str | None) -> str:
    return f"{place} {name or ''}"


def _dead_emulators(contents: _Contents, now: datetime.datetime) -> list[str]:
    """Drop the dead tokens of emulators, of which every test run may leave one; the keys of those in the keyring."""
    dead = {key: e for key, e in contents.tokens.items() if e.about.environment == "emulator" and e.about.expired(now)}
    for key, entry in dead.items():
        del contents.tokens[key]
        contents.last.pop(str(entry.about.place), None)
    return [key for key, entry in dead.items() if entry.vault]


def _without_secrets(token: StoredToken) -> StoredToken:
    return msgspec.structs.replace(token, token="", extended_token=None)


def _default_path() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("upstox", appauthor=False)) / _FILE


def _replace(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, and readable by its owner alone (`mkstemp` makes it 0600)."""
    fd, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _locked(directory: Path) -> Generator[None]:
    """Keep other processes that come through here out: two logins at the same minute are both to be kept."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    fd = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)

"""Where tokens are kept."""

from __future__ import annotations

import datetime as dt
import json
import stat
import sys
import threading

import keyring
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

import upstox_client
from auth.test_expiry import NOON
from upstox_client.auth import Place, StoredToken, TokenStore, TokenStoreError
from upstox_client.auth import store as module

LIVE = Place("live")
posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")


def token(client_id: str = "app", text: str = "hush-token", **more) -> StoredToken:
    more.setdefault("expires_at", NOON + dt.timedelta(hours=15))
    return StoredToken(token=text, client_id=client_id, received_at=NOON, **more)


class Drawer(KeyringBackend):
    """A keyring of this test."""

    priority = 5

    def __init__(self) -> None:
        self.secrets: dict[tuple[str, str], str] = {}
        self.broken: set[str] = set()

    def _may(self, what: str) -> None:
        if what in self.broken:
            raise RuntimeError(f"the drawer is locked, {sorted(self.secrets.values())}")

    def get_password(self, service, username):
        self._may("get")
        return self.secrets.get((service, username))

    def set_password(self, service, username, password):
        if "set" in self.broken:
            raise RuntimeError(f"cannot keep {password}")
        self.secrets[service, username] = password

    def delete_password(self, service, username):
        self._may("delete")
        if self.secrets.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")


@pytest.fixture
def drawer():
    before = keyring.get_keyring()
    drawer = Drawer()
    keyring.set_keyring(drawer)
    yield drawer
    keyring.set_keyring(before)


# The file


def test_what_is_put_is_got(store):
    put = token(user_id="U", user_name="Asha", extended_token="hush-extended")
    store.put(put)
    assert store.get(LIVE) == put
    assert store.get(LIVE, "app") == put
    assert store.get(upstox_client.Configuration()) == put
    assert store.last(LIVE) == "app"
    assert store.get(LIVE, "other") is None
    assert store.get(Place("sandbox")) is None


def test_nothing_is_there_at_first(store):
    assert store.get(LIVE) is None
    assert store.peek(LIVE) is None
    assert store.list() == ()
    assert store.last(LIVE) is None
    assert not store.delete(LIVE)


def test_one_entry_for_each_place_and_client(store):
    places = [("live", ""), ("sandbox", ""), ("emulator", "127.0.0.1:1"), ("emulator", "127.0.0.1:2")]
    for environment, host in places:
        for client in ("a", "b"):
            store.put(token(client, f"{environment}{host}{client}", environment=environment, host=host))
    store.put(token("a", "newer"))
    assert len(store.list()) == 8
    assert store.get(LIVE, "a").token == "newer"
    assert store.get(LIVE).client_id == "a"
    assert store.get(Place("emulator", "127.0.0.1:2")).token == "emulator127.0.0.1:2b"


def test_peek_and_list_have_no_secrets(store):
    store.put(token(extended_token="hush-extended"))
    for seen in (store.peek(LIVE), store.peek(LIVE, "app"), *store.list()):
        assert (seen.token, seen.extended_token, seen.client_id) == ("", None, "app")
    assert "hush" not in repr(store)


def test_delete_forgets_the_token_and_remembers_the_client(store):
    store.put(token())
    assert store.delete(LIVE)
    assert not store.delete(LIVE)
    assert store.get(LIVE) is None
    assert store.last(LIVE) == "app"
    assert "hush" not in store.path.read_text()


def test_dead_tokens_of_emulators_are_dropped(store):
    store.put(token("a", environment="emulator", host="127.0.0.1:1", expires_at=NOON))
    store.put(token("b", expires_at=NOON))
    store.put(token("c"))
    assert [kept.client_id for kept in store.list()] == ["b", "c"]
    assert store.last(Place("emulator", "127.0.0.1:1")) is None


@posix
def test_the_file_and_its_directory_are_the_owners_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_default_path", lambda: tmp_path / "deep" / "upstox" / "tokens.json")
    ours = TokenStore(secrets="file")
    ours.put(token())
    assert stat.S_IMODE(ours.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(ours.path.parent.stat().st_mode) == 0o700
    ours.path.parent.chmod(0o755)
    ours.put(token())
    assert stat.S_IMODE(ours.path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in ours.path.parent.iterdir()] == ["tokens.json"]


@posix
def test_the_directory_of_a_path_of_the_users_is_left_alone(tmp_path):
    tmp_path.chmod(0o755)
    TokenStore(tmp_path / "t.json", secrets="file").put(token())
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@posix
def test_wide_permissions_are_repaired_and_told(tmp_path):
    notes = []
    store = TokenStore(tmp_path / "t.json", secrets="file", note=notes.append)
    store.put(token())
    store.path.chmod(0o644)
    assert store.get(LIVE).token == "hush-token"
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert len(notes) == 1
    assert "0600" in notes[0]


@posix
def test_another_users_file_is_not_used(store, monkeypatch):
    store.put(token())
    monkeypatch.setattr("os.getuid", lambda: 4711)
    with pytest.raises(TokenStoreError, match="another user"):
        store.get(LIVE)


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"version":2}', b'{"tokens":{"k":{"about":"hush"}}}', b"\xff\xfe"]
)
def test_a_damaged_file_is_named_and_a_login_begins_a_new_one(tmp_path, damage):
    notes = []
    store = TokenStore(tmp_path / "t.json", secrets="file", note=notes.append)
    store.path.write_bytes(damage)
    store.path.chmod(0o600)
    with pytest.raises(TokenStoreError, match="damaged") as caught:
        store.get(LIVE)
    assert str(store.path) in str(caught.value)
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None
    store.put(token())
    assert store.get(LIVE).token == "hush-token"
    assert (tmp_path / "t.json.damaged").read_bytes() == damage
    assert "damaged" in notes[0]


def test_unreadable_and_unwritable_places_are_named(tmp_path):
    folder = TokenStore(tmp_path, secrets="file")
    with pytest.raises(TokenStoreError, match="cannot be read"):
        folder.get(LIVE)
    (tmp_path / "file").write_text("")
    with pytest.raises(TokenStoreError, match="cannot be written"):
        TokenStore(tmp_path / "file" / "t.json", secrets="file").put(token())


def test_a_write_that_fails_leaves_the_old_file(store, monkeypatch):
    store.put(token())

    def fail(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(TokenStoreError, match="No space"):
        store.put(token(text="newer"))
    assert store.get(LIVE).token == "hush-token"
    assert [entry.name for entry in store.path.parent.iterdir()] == ["tokens.json"]


def test_logins_at_the_same_time_are_all_kept(store):
    def put(number):
        TokenStore(store.path, secrets="file").put(token(f"app{number}"))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.list()) == 12


def test_prepare_finds_out_whether_tokens_can_be_kept(store, tmp_path):
    store.prepare()
    assert store.path.exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(TokenStoreError, match="cannot be written"):
        TokenStore(tmp_path / "file" / "t.json").prepare()


# Which store


@pytest.mark.parametrize(
    ("choice", "secrets"), [("", "auto"), ("auto", "auto"), ("file", "file"), ("keyring", "keyring")]
)
def test_the_environment_chooses(monkeypatch, choice, secrets):
    monkeypatch.setenv("UPSTOX_TOKEN_STORE", choice)
    store = TokenStore.from_env()
    assert store.secrets == secrets
    assert store.path.name == "tokens.json"
    assert "upstox" in store.path.parts


def test_the_environment_chooses_a_path(monkeypatch, tmp_path):
    monkeypatch.setenv("UPSTOX_TOKEN_STORE", str(tmp_path / "mine.json"))
    store = TokenStore.from_env()
    assert (store.path, store.secrets) == (tmp_path / "mine.json", "file")


def test_notes_go_to_the_log(tmp_path, caplog):
    TokenStore(tmp_path / "t.json")._note("something")
    assert caplog.messages == ["something"]


# The keyring


def test_the_secrets_go_into_the_keyring(tmp_path, drawer):
    store = TokenStore(tmp_path / "t.json")
    put = token(extended_token="hush-extended")
    store.put(put)
    assert "hush" not in store.path.read_text()
    assert drawer.secrets == {("upstox", "live app"): '["hush-token","hush-extended"]'}
    assert TokenStore(tmp_path / "t.json").get(LIVE) == put
    assert "keyring" in store.location(LIVE)
    assert store.delete(LIVE)
    assert drawer.secrets == {}


def test_a_look_without_secrets_does_not_ask_the_keyring(tmp_path, drawer):
    store = TokenStore(tmp_path / "t.json")
    store.put(token())
    drawer.broken = {"get", "set", "delete"}
    assert store.peek(LIVE).client_id == "app"
    assert store.list()
    with pytest.raises(TokenStoreError, match="Unlock") as caught:
        store.get(LIVE)
    assert "drawer is locked" in str(caught.value)


def test_a_keyring_that_was_emptied_is_no_login(tmp_path, drawer):
    store = TokenStore(tmp_path / "t.json")
    store.put(token())
    drawer.secrets.clear()
    assert store.get(LIVE) is None
    assert store.delete(LIVE)


def test_a_damaged_secret(tmp_path, drawer):
    store = TokenStore(tmp_path / "t.json")
    store.put(token())
    drawer.secrets["upstox", "live app"] = "hush"
    with pytest.raises(TokenStoreError, match="damaged") as caught:
        store.get(LIVE)
    assert "hush" not in str(caught.value)


def test_a_keyring_that_fails_gives_way_to_the_file(tmp_path, drawer):
    notes = []
    store = TokenStore(tmp_path / "t.json", note=notes.append)
    drawer.broken = {"set"}
    store.put(token())
    store.put(token("second"))
    assert store.get(LIVE, "app").token == "hush-token"
    assert len(notes) == 1
    assert "RuntimeError" in notes[0]
    assert "hush" not in notes[0]
    assert store.location(LIVE) == str(store.path)


def test_a_secret_that_cannot_be_removed_is_told(tmp_path, drawer):
    notes = []
    store = TokenStore(tmp_path / "t.json", note=notes.append)
    store.put(token())
    drawer.broken = {"delete"}
    assert store.delete(LIVE)
    assert "live app" in notes[0]


def test_dead_tokens_of_emulators_leave_the_keyring(tmp_path, drawer):
    store = TokenStore(tmp_path / "t.json")
    store.put(token(environment="emulator", host="127.0.0.1:1", expires_at=NOON))
    store.put(token())
    assert list(drawer.secrets) == [("upstox", "live app")]


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring])
def test_a_machine_without_keyring(tmp_path, drawer, backend):
    keyring.set_keyring(backend())
    notes = []
    store = TokenStore(tmp_path / "t.json", note=notes.append)
    assert store.location(LIVE) == str(store.path)
    store.put(token())
    assert store.get(LIVE).token == "hush-token"
    assert notes == []
    with pytest.raises(TokenStoreError, match="no keyring"):
        TokenStore(tmp_path / "u.json", secrets="keyring").prepare()
    with pytest.raises(TokenStoreError, match="no keyring"):
        TokenStore(tmp_path / "u.json", secrets="keyring").put(token())


def test_the_keyring_or_nowhere(tmp_path, drawer):
    drawer.broken = {"set"}
    with pytest.raises(TokenStoreError, match="cannot be used") as caught:
        TokenStore(tmp_path / "t.json", secrets="keyring").put(token())
    assert "hush" not in str(caught.value)
    assert not (tmp_path / "t.json").exists()


def test_the_file_is_plain_json(store):
    store.put(token())
    assert json.loads(store.path.read_text())["last"] == {"live": "app"}

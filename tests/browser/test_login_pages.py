"""A person logs in through the emulator's pages, in headless Chromium: denies once, consents once.

The screenshots are left in `out/screenshots`, to be looked at.
"""

from __future__ import annotations

import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import upstox_client
from upstox_emulator import App, Emulator

SCREENSHOTS = Path(__file__).parents[2] / "out" / "screenshots"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no Chromium with its driver: apt-get install chromium chromium-driver"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--window-size=900,760",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):  # fmt: skip
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def callback() -> Iterator[str]:
    """The app's redirect URI: a page that says it was reached."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<title>callback</title>")

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    thread.join()
    server.server_close()


class Person:
    """Somebody in front of the browser."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self.browser = browser

    def sees(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.browser.save_screenshot(os.fspath(SCREENSHOTS / f"{name}.png"))

    def waits_for(self, css: str):
        return WebDriverWait(self.browser, 20).until(lambda b: b.find_element(By.CSS_SELECTOR, css))

    def enters(self, css: str, text: str) -> None:
        field = self.waits_for(css)
        field.clear()
        field.send_keys(text)

    def clicks(self, css: str) -> None:
        self.waits_for(css).click()

    def arrives(self) -> dict[str, list[str]]:
        WebDriverWait(self.browser, 20).until(lambda b: b.title == "callback")
        return parse_qs(urlsplit(self.browser.current_url).query)


def test_a_person_denies_once_and_consents_once(browser, callback):
    app = App(client_id="desk", client_secret="desk-secret", redirect_uri=callback)
    person = Person(browser)
    with Emulator(apps=[app]) as em:
        configuration = em.configuration()
        address = upstox_client.authorization_url("desk", callback, state="a b&c", configuration=configuration)

        browser.get(em.url)
        person.sees("1-index")
        browser.get(address)
        person.waits_for("#mobile")
        person.sees("2-login")
        person.enters("#mobile", "9000000000")
        person.enters("#pin", "000000")
        person.clicks("#continue")
        assert person.waits_for("#error").text
        person.sees("3-wrong-pin")

        person.enters("#pin", "123456")
        person.clicks("#continue")
        person.waits_for("#deny")
        person.sees("4-consent")
        person.clicks("#deny")
        denied = person.arrives()
        assert denied["error"] == ["access_denied"]
        assert denied["state"] == ["a b&c"]
        assert "code" not in denied

        browser.get(address)
        person.enters("#mobile", "9000000000")
        person.enters("#pin", "123456")
        person.clicks("#continue")
        person.clicks("#allow")
        allowed = person.arrives()
        assert allowed["state"] == ["a b&c"]

        login = upstox_client.LoginApi(upstox_client.ApiClient(configuration))
        token = login.token(
            code=allowed["code"][0],
            client_id="desk",
            client_secret="desk-secret",
            redirect_uri=callback,
            grant_type="authorization_code",
        )
        configuration.access_token = token.access_token
        profile = upstox_client.UserApi(upstox_client.ApiClient(configuration)).get_profile()
        assert profile.data.user_id == token.user_id

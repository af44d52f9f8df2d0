"""The pages as text. They say that they are the emulator's, in a look of their own."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5b667a; --card: #fff; --back: #eef2f0; --line: #d8dfdb;
  --go: #0b7a5b; --goink: #fff; --bad: #a4262c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #9aa7b8; --card: #1a2129; --back: #10151b;
  --line: #2c3641; --go: #2fae87; --goink: #06231a; --bad: #ff8a8a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--back);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.75rem; }
main.wide { max-width: 42rem; }
.flag { display: inline-block; margin-bottom: 1rem; padding: .15rem .6rem; border-radius: 99px; font-size: .8rem;
  font-weight: 600; background: var(--go); color: var(--goink); }
h1 { margin: 0 0 .5rem; font-size: 1.35rem; line-height: 1.25; }
p { margin: .5rem 0; } .soft { color: var(--soft); font-size: .92rem; }
label { display: block; margin-top: 1rem; font-weight: 600; font-size: .92rem; }
input { width: 100%; margin-top: .3rem; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--back);
  border: 1px solid var(--line); border-radius: 8px; }
.buttons { display: flex; gap: .75rem; margin-top: 1.5rem; }
button { flex: 1; padding: .7rem 1rem; font: inherit; font-weight: 600; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--line); background: transparent; color: inherit; }
button.go { background: var(--go); border-color: var(--go); color: var(--goink); }
#error { margin-top: 1rem; color: var(--bad); font-weight: 600; }
code, dd { font-family: ui-monospace, monospace; font-size: .9rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 1rem 0; }
dt { color: var(--soft); } dd { margin: 0; } ul { padding-left: 1.2rem; margin: .5rem 0; }
"""


def _page(title: str, body: str, *, wide: bool = False) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f'<main class="{"wide" if wide else ""}"><span class="flag">Emulator on this machine</span>{body}</main>'
        "</body></html>"
    )


def login_page(session: str, app: str, mobile: str, pin: str, error: str | None = None) -> str:
    """Mobile number and PIN."""
    told = f'<p id="error" role="alert">{escape(error)}</p>' if error else ""
    return _page(
        "Log in to the emulator",
        f"<h1>Log in</h1><p><b>{escape(app)}</b> asks for access to a simulated account. This is not Upstox: no real "
        "credentials belong here.</p>"
        f'<form method="post" action="/login"><input type="hidden" name="session" value="{escape(session)}">'
        '<label for="mobile">Mobile number</label><input id="mobile" name="mobile" inputmode="numeric" '
        f'autocomplete="off" value="{escape(mobile)}">'
        '<label for="pin">6-digit PIN</label><input id="pin" name="pin" type="password" inputmode="numeric" '
        f'maxlength="6" autocomplete="off" autofocus>{told}'
        '<div class="buttons"><button id="continue" class="go">Continue</button></div></form>'
        f'<p class="soft">The simulated account holder: mobile {escape(mobile)}, PIN {escape(pin)}.</p>',
    )


def consent_page(session: str, app: str, user: str, redirect_uri: str) -> str:
    """Allow or deny."""
    return _page(
        "Allow access?",
        f"<h1>Allow {escape(app)}?</h1><p>It would be able to, in the simulated account of <b>{escape(user)}</b>:</p>"
        "<ul><li>see the profile, funds, orders, positions and holdings</li>"
        "<li>place, modify and cancel orders</li></ul>"
        "<p>until 03:30 IST at the latest.</p>"
        f'<form method="post" action="/consent"><input type="hidden" name="session" value="{escape(session)}">'
        '<div class="buttons"><button id="deny" name="choice" value="deny">Deny</button>'
        '<button id="allow" class="go" name="choice" value="allow">Allow</button></div></form>'
        f'<p class="soft">You will return to {escape(redirect_uri)}.</p>',
    )


def expired_page() -> str:
    """A session that is over."""
    return _page(
        "This login is over",
        '<h1>This login is over</h1><p id="error" role="alert">It was completed, or it took too long. '
        "Start again from your program.</p>",
    )


def front_page(facts: Mapping[str, str]) -> str:
    """What this is, and how to get in."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return _page(
        "Upstox emulator",
        "<h1>The Upstox API, on this machine</h1>"
        "<p>Same paths, same JSON, same errors; simulated account, no real money. Point a program here with</p>"
        f"<p><code>UPSTOX_BASE_URL={escape(facts['URL'])}</code></p><dl>{rows}</dl>"
        '<p class="soft">Log in: <code>upstox login</code>, or open the authorization dialog of one of the apps above. '
        'Steer it: <code><a href="/__emulator">/__emulator</a></code>.</p>',
        wide=True,
    )

"""`python -m upstox_client.cli`"""

from __future__ import annotations

from upstox_client.cli import main

if __name__ == "__main__":
    main()

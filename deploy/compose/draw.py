"""Draws the passwords of deploy/compose.yaml by lot and writes them into deploy/secrets; what is there stays.

The folder is its owner's alone. The files in it can be read by all, since in a container they have the owner that
they have here, and the users in there are others.
"""

import secrets
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "secrets"
SERVERS = ("nats-1:4222", "nats-2:4222", "nats-3:4222")


def draw(folder: Path) -> None:
    """Write the four files, unless one of them is there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    production, test, system, grafana = (secrets.token_urlsafe(24) for _ in range(4))
    texts = {
        "nats-passwords.conf": f'P_PASSWORD: "{production}"\nT_PASSWORD: "{test}"\nSYS_PASSWORD: "{system}"\n',
        "feed.toml": f'host = "0.0.0.0"\nreplicas = 3\nnats = "{_url("feed", production)}"\n'
        f'nats_test = "{_url("feed_test", test)}"\n',
        "grafana-password": grafana,
        "metrics-key": "none-yet",
    }
    if any((folder / name).exists() for name in texts):
        raise SystemExit(f"{folder} has passwords already; take its files away to draw others")
    for name, text in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o644)


def _url(user: str, password: str) -> str:
    return ",".join(f"nats://{user}:{password}@{server}" for server in SERVERS)


if __name__ == "__main__":
    draw(FOLDER)

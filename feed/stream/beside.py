"""The broker that runs in a data folder, as a command beside the service finds it."""

from pathlib import Path
from typing import Literal

import msgspec

from feed.errors import BrokerError
from feed.stream.child import Login


class _Account(msgspec.Struct):
    users: list[dict[str, str]]


class _Configuration(msgspec.Struct):
    listen: str
    accounts: dict[str, _Account]


class Beside(msgspec.Struct, frozen=True):
    """Where the broker of a data folder listens, and the login of one account."""

    url: str
    login: Login


def beside(folder: Path, flag: Literal["P", "T"]) -> Beside:
    """Read where the broker of a data folder was started last.

    Its configuration is the only copy of its passwords and readable by its owner alone (mode 0600): who may run the
    service may do this. Whether it runs still is known by connecting. Raises BrokerError when none ever ran there.
    """
    path = folder / "broker" / "nats.conf"
    hint = f"Start it with `feed up --data {folder}`, or name its NATS server with --nats."
    try:
        configuration = msgspec.json.decode(path.read_bytes(), type=_Configuration)
        (user,) = configuration.accounts[flag].users
        return Beside(f"nats://{configuration.listen}", Login(user["user"], user["password"]))
    except FileNotFoundError as error:
        raise BrokerError(f"no service runs in data folder {folder}", hint=hint) from error
    except OSError as error:
        raise BrokerError(f"{path}: {error.strerror}", hint="Ask as the user who runs the service.") from error
    except (msgspec.MsgspecError, KeyError, ValueError) as error:
        raise BrokerError(f"{path} is not of our making: {error}", hint=hint) from error

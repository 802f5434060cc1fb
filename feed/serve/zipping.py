"""Files as a ZIP that leaves while it is made: what is in memory is one file, and the names of those before it."""

import asyncio
import zipfile

from feed.serve.coding import THREAD_BYTES


class Zip:
    """The bytes of a ZIP, file by file; each has its sizes behind it, as nobody goes back to write them."""

    def __init__(self) -> None:
        self._made = bytearray()
        self._files = zipfile.ZipFile(self, "w", zipfile.ZIP_DEFLATED)
        self._count = 0

    async def add(self, name: str, text: bytes) -> bytes:
        """What can be sent once a file is in it; its name begins with its number, so that none is there twice."""
        numbered = f"{self._count:04d}~{name}"
        self._count += 1
        if len(text) < THREAD_BYTES:
            self._files.writestr(numbered, text)
        else:
            await asyncio.to_thread(self._files.writestr, numbered, text)
        return self._taken()

    def end(self) -> bytes:
        """The last of it: the list of its files."""
        self._files.close()
        return self._taken()

    def write(self, part: bytes) -> int:
        """For zipfile."""
        self._made += part
        return len(part)

    def flush(self) -> None:
        """For zipfile."""

    def close(self) -> None:
        """For zipfile."""

    def _taken(self) -> bytes:
        taken = bytes(self._made)
        self._made.clear()
        return taken

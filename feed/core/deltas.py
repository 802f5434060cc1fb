"""A message as its difference from the one before it on its topic, for those who have that one.

`{"seq", "type", "prev", "topic", "base", "patch"}`: the patch (RFC 6902) makes the whole message, as everybody else
gets it, of the one whose `seq` is `base`. It is written only where that is shorter; made once for all who read so.
"""

import msgspec

from feed.core.entry import Entry
from feed.core.filters import Filter
from feed.core.kept import Kept
from feed.core.labels import Labels
from feed.core.log import Readable
from feed.core.patch import diff
from schemas.message import Op

KEPT_BYTES = 16 * 1024 * 1024
_LABELS = "labels"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Deltas:
    """Those of one log, in one language or without labels; the same object for all who read so."""

    def __init__(self, log: Readable, labels: Labels | None = None, kept_bytes: int = KEPT_BYTES) -> None:
        self._log = log
        self._labels = labels
        self._kept = Kept[int](kept_bytes)

    def of(self, entry: Entry, wish: Filter, since: int) -> Entry | None:
        """What is written instead of an entry; None where its reader needs all of it.

        It needs that unless all that it wanted was written to it `since` a sequence, or was in its snapshot (0), and
        the message before was part of it and is in memory.
        """
        if entry.index.op is not Op.PUT or entry.prev <= since:
            return None
        base = self._log.held(entry.prev)
        if base is None or not wish.keeps(base):
            return None
        text = self._kept.get(entry.seq)
        if text is None:
            text = self._kept.keep(entry.seq, self._made(entry, base))
        return Entry(entry.seq, entry.topic, entry.index, text) if text else None

    def _made(self, entry: Entry, base: Entry) -> bytes:
        """The text; nothing where the whole is no longer than it."""
        whole = entry if self._labels is None else self._labels.of_log(entry)
        old, new = _decode(base.json), _decode(whole.json)
        labels = new.pop(_LABELS, None)
        patch = list(diff(old, new))
        if labels is not None:  # those of the base may have been another edition's: told whole
            patch.append({"op": "add", "path": f"/{_LABELS}", "value": labels})
        head = {"seq": entry.seq, "type": entry.kind, "prev": base.seq, "topic": entry.topic, "base": base.seq}
        text = _encode(head | {"patch": patch})
        return text if len(text) < len(whole.json) else b""

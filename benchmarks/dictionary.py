"""`python -m benchmarks.dictionary ID`: train another dictionary of zstd, and let it be the one in use.

Of messages of simulated Games, in JSON, in MessagePack, and as differences: one serves them all nearly as well as one
for each would. The same sources, seed and zstd make the same bytes on every machine.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from random import Random
from typing import Final

import click
import msgspec
import zstandard

from benchmarks.plain import Stored
from benchmarks.rehearsed import rehearsed, simulated
from feed.core.compression import LEVEL
from feed.core.deltas import Deltas
from feed.core.dictionaries import TRAINED, path_of
from feed.core.entry import Entry
from feed.core.filters import parse_filter
from feed.core.log import Log

GAMES: Final = "small"
SEED: Final = 2030
BYTES: Final = 64 * 1024
OF_A_KIND: Final = 600  # messages, or all where there are fewer
DIFFERENCES: Final = 8_000
SAMPLE_BYTES: Final = 4_096  # what stands behind that is like what stands before it
_PRIVATE: Final = (1 << 15, (1 << 31) - 1)  # RFC 8878 section 6: ids that need no registration
_EVERYTHING: Final = parse_filter([], [])


@click.command()
@click.argument("number", type=click.IntRange(*_PRIVATE), metavar="ID")
def main(number: int) -> None:
    """Write the dictionary ID; every client fetches it when it next sees it."""
    if path_of(number).exists():
        raise click.ClickException(f"{number} is there already, and may be in use: choose the next one.")
    content = trained(number, entries_of(rehearsed(simulated(GAMES, SEED), SEED)))
    path_of(number).write_bytes(content)
    known = msgspec.json.decode(TRAINED.read_bytes()) if TRAINED.exists() else {}
    known[str(number)] = (
        f"simulated Games, size {GAMES}, seed {SEED}; zstd {'.'.join(map(str, zstandard.ZSTD_VERSION))}"
    )
    TRAINED.write_bytes(msgspec.json.format(msgspec.json.encode(known)) + b"\n")
    click.echo(f"{path_of(number)}: {len(content):,} bytes")


def entries_of(stored: Iterable[Stored]) -> Iterator[Entry]:
    """Messages as they are delivered."""
    return (Entry.stored(seq, *each) for seq, each in enumerate(stored, 1))


def trained(number: int, entries: Iterable[Entry]) -> bytes:
    """A dictionary with this id, of the messages of a log."""
    taken: list[bytes | bytearray | memoryview[int]] = [*samples(list(entries), Random(SEED))]
    return zstandard.train_dictionary(BYTES, taken, dict_id=number, level=LEVEL, threads=0).as_bytes()


def samples(entries: list[Entry], chance: Random) -> list[bytes]:
    """Beginnings of messages: as many of each kind in both encodings, and differences; what comes last weighs most."""
    texts = defaultdict(list)
    for entry in entries:
        texts[entry.kind].append(entry.json)
    drawn = [text for kind in sorted(texts) for text in chance.sample(texts[kind], min(OF_A_KIND, len(texts[kind])))]
    packed = list(map(in_messagepack, drawn))
    patches = list(differences(entries))
    told = [*drawn, *packed, *chance.sample(patches, min(DIFFERENCES, len(patches)))]
    chance.shuffle(told)
    return [text[:SAMPLE_BYTES] for text in told]


def in_messagepack(text: bytes) -> bytes:
    """A JSON text as `encoding=msgpack` has it."""
    return msgspec.msgpack.encode(msgspec.json.decode(text))


def differences(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The messages that a reader of all with `delta=1` gets as differences."""
    log = Log()
    deltas = Deltas(log, kept_bytes=0)
    for entry in entries:
        log.append(entry)
        found = deltas.of(entry, _EVERYTHING, 0)
        if found is not None:
            yield found.json


if __name__ == "__main__":
    main()

"""Messages that came compressed (zstd with a dictionary, RFC 8878), and the dictionaries of one service."""

from typing import Final

import zstandard

from feed.client.errors import LostError, UnreadableError

MAGIC: Final = zstandard.FRAME_HEADER
# A message has at most 512 kB, and labels; whoever claims more is not the service.
MESSAGE_BYTES_MAX: Final = 8 * 1024 * 1024


class Dictionaries:
    """Those that were fetched, by the id that frames name; they never change."""

    def __init__(self) -> None:
        self._decompressors: dict[int, zstandard.ZstdDecompressor] = {}

    def missing(self, frame: bytes) -> int | None:
        """The id of the dictionary that a frame needs and that is not here.

        Raises UnreadableError for what is no frame, or none of a message: one names a dictionary, and tells its size.
        """
        try:
            head = zstandard.get_frame_parameters(frame)
        except zstandard.ZstdError as error:
            raise UnreadableError(f"a compressed frame cannot be read: {error}") from error
        if not head.dict_id or max(head.content_size, head.window_size) > MESSAGE_BYTES_MAX:
            told = f"{head.content_size} bytes, a window of {head.window_size}, dictionary {head.dict_id}"
            raise UnreadableError(f"a compressed frame is not of a message: {told}")
        return None if head.dict_id in self._decompressors else head.dict_id

    def add(self, number: int, content: bytes) -> None:
        """Take in a dictionary; raises LostError for bytes that are not the one of this id."""
        dictionary = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_FULLDICT)
        if dictionary.dict_id() != number:
            raise LostError(f"what came as dictionary {number} is another one: {dictionary.dict_id()}")
        try:
            reader = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=MESSAGE_BYTES_MAX)
        except zstandard.ZstdError as error:
            raise LostError(f"dictionary {number} cannot be read: {error}") from error
        self._decompressors[number] = reader

    def message(self, frame: bytes) -> bytes:
        """What is in a frame whose dictionary is not `missing`; raises UnreadableError for damaged bytes."""
        decompressor = self._decompressors[zstandard.get_frame_parameters(frame).dict_id]
        try:
            return decompressor.decompress(frame, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise UnreadableError(f"a compressed frame cannot be read: {error}") from error

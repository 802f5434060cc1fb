"""Media types told by first bytes: not every message that carries content says what it is, and none has to be right."""

import re

OTHER_MEDIA = "application/octet-stream"
_LOOK_BYTES = 4_096
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
)
_FORMS = {(b"RIFF", b"WAVE"): "audio/wav", (b"RIFF", b"WEBP"): "image/webp"}
_MP4_AUDIO = b"ftypM4A"
_SVG = re.compile(rb"(?s)(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>)*+<svg[\s/>]")
# Of a frame header of MPEG audio: eleven bits of synchronisation and the two that name layer III.
_FRAME_MASK, _FRAME = 0xFFE6, 0xFFE2


def media_of(content: bytes) -> str:
    """The media type of a picture, a report or a sound; OTHER_MEDIA for whatever else it may be, HTML and XML too."""
    start = content[:_LOOK_BYTES]
    for begin, media in _STARTS:
        if start.startswith(begin):
            return media
    if (form := (start[:4], start[8:12])) in _FORMS:
        return _FORMS[form]
    if start[4:11] == _MP4_AUDIO:
        return "audio/mp4"
    if int.from_bytes(start[:2], "big") & _FRAME_MASK == _FRAME:
        return "audio/mpeg"
    return "image/svg+xml" if _SVG.match(start) else OTHER_MEDIA

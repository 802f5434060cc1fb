"""When each message of a run was due: the planned moment of the document that it comes from."""

from collections.abc import Mapping

from replay.load.index import Index
from schemas.message import Lane
from schemas.registry import KINDS
from schemas.topic import KIND_TOKEN


def due(planned: Mapping[int, float], index: Index) -> dict[int, float]:
    """The planned moments of the sequences that answers named, and of what came with them; of the live lane alone.

    An answer names a hundred messages at most: the others of its document have the same header and the same time of
    receipt. What a message caused was due with it, and so on. Long lists have no moment: they wait for the rest.
    """
    documents: dict[tuple[int, int], float] = {}
    for seq, document, recv in zip(index.seqs, index.documents, index.recvs, strict=True):
        if document and seq in planned:
            documents[document, recv] = planned[seq]
    live = [_is_live(topic) for topic in index.names]
    found: dict[int, float] = {}
    columns = (index.seqs, index.documents, index.recvs, index.causes, index.topics)
    for seq, document, recv, cause, topic in zip(*columns, strict=True):
        moment = planned.get(seq, found.get(cause))
        if moment is None and document:
            moment = documents.get((document, recv))
        if moment is not None and live[topic]:
            found[seq] = moment
    return found


def _is_live(topic: str) -> bool:
    return KINDS[topic.split(".")[KIND_TOKEN]].lane is Lane.LIVE

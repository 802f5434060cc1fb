"""A task of ours that nobody waits for: when it fails, the loop's exception handler is told."""

import asyncio
from collections.abc import Coroutine


def begun(work: Coroutine[None, None, None], failing: str) -> asyncio.Task[None]:
    """Begin it; `failing` says what failed."""

    def report(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            task.get_loop().call_exception_handler({"message": failing, "exception": error, "task": task})

    task = asyncio.get_running_loop().create_task(work)
    task.add_done_callback(report)
    return task

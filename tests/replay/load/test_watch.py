import os
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from replay.load.watch import Root, Watch

SPIN = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[bytes]]:
    """A process that burns a core, with a child that sleeps."""
    words = [sys.executable, "-c", f"{SPIN}print(1, flush=True)\nwhile True: pass"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        os.killpg(process.pid, 9)


def test_every_process_is_seen_with_what_it_costs(busy: subprocess.Popen[bytes]):
    """Processor, memory and descriptors; children under the role of theirs, moments from the beginning on."""
    watch = Watch(lambda: [Root("service", busy.pid, ("decoder",)), Root("sender", os.getpid())])
    began = time.monotonic()
    watch.look()
    time.sleep(0.3)
    watch.look()
    service, decoder, sender = watch.observed(began)
    assert [each.role for each in (service, decoder, sender)] == ["service", "decoder", "sender"]
    assert (service.pid, sender.pid) == (busy.pid, os.getpid())
    (sample,) = service.samples
    assert sample.cpu > decoder.samples[0].cpu
    assert sample.rss > 1 << 20
    assert sample.descriptors >= 2
    assert 0.3 <= sample.at < 5


def test_roles_below_a_process_go_by_their_depth(busy: subprocess.Popen[bytes]):
    """Those that it starts, and theirs: workers, and who decodes for them."""
    watch = Watch(lambda: [Root("service", os.getpid(), ("worker", "decoder"))])
    watch.look()
    roles = {each.pid: each.role for each in watch.observed(0.0)}
    (child,) = psutil.Process(busy.pid).children()
    assert (roles[os.getpid()], roles[busy.pid], roles[child.pid]) == ("service", "worker", "decoder")


def test_a_process_that_ended_is_kept_and_not_looked_for():
    """What was seen of it stays; a root that is gone is no error."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        watch = Watch(lambda: [Root("fleet", child.pid)])
        watch.look()
        watch.look()
    watch.look()
    (seen,) = watch.observed(0.0)
    assert len(seen.samples) == 1

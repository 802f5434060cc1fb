from pathlib import Path

from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from msgspec.structs import replace

from replay.report import hdr
from tests.replay.report import made_up


def test_files_are_read_back_equal(tmp_path: Path):
    """One a histogram, in the format of HdrHistogram's logs, with the length of the run."""
    report = made_up.report()
    paths = hdr.write(report, tmp_path)
    assert {path.name for path in paths} >= {"firehose.hdr", "planned-to-received.hdr"}
    for path, text in zip(paths, report.histograms.values(), strict=True):
        reader = HistogramLogReader(str(path), HdrHistogram(1, 3_600_000_000, 3))
        found = reader.get_next_interval_histogram()
        assert found.equals(hdr.decoded(text))
        assert found.get_end_time_stamp() == report.seconds * 1000
        assert reader.get_next_interval_histogram() is None


def test_a_name_is_a_file_name(tmp_path: Path):
    """Without slashes, and a title in any script keeps the file readable."""
    assert hdr.file_name("published to delivered, ../watch") == "published-to-delivered-watch.hdr"
    report = replace(made_up.report(), title="Jeux d'été\n# 東京")
    assert "\\n# \\u6771" in hdr.write(report, tmp_path)[0].read_text("ascii")


def test_names_that_differ_in_nothing_a_file_name_keeps_have_files_of_their_own(tmp_path: Path):
    """A tier may be called as a hop is, and as the file of another."""
    one = made_up.report()
    text = next(iter(one.histograms.values()))
    names = ["planned-to-received", "planned to received", "planned-to-received-2"]
    paths = hdr.write(replace(one, histograms=dict.fromkeys(names, text)), tmp_path)
    assert [path.stem for path in paths] == [names[0], f"{names[0]}-2", f"{names[0]}-2-2"]

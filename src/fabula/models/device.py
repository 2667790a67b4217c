"""Where networks run."""

import torch


def describe_device() -> str:
    """The device that networks run on, in words."""
    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name()} (CUDA {torch.version.cuda})"
    return f"CPU, {torch.get_num_threads()} threads"

"""Small made novels, captions, and the storyteller that learns from them within seconds."""

import functools
import lzma
import tempfile
from pathlib import Path

from PIL import Image

from fabula.features import HashEncoder
from fabula.files.captions import CaptionSet, read_captions
from fabula.models.passage_training import PassageRecipe
from fabula.models.storyteller import load_storyteller
from fabula.stories.looking import Onlooker
from fabula.stories.telling import Teller
from fabula.train.storyteller import train_storyteller, train_styles
from picture_fakes import ColourCaptioner, ColourVision

HOW = ("cold", "warm", "wet", "wild", "long", "calm", "old", "young", "sad", "glad", "grey", "black")
RECIPE = PassageRecipe(passages=400, epochs=20, pieces=400, hidden=32, read=32, batch=20, rate=1e-2, portion=100)


def shelf(folder: Path, genres: tuple[str, ...] = ("sea", "town"), books: int = 8) -> Path:
    """Collections of small made novels."""
    for genre in genres:
        lines = []
        for k in range(books):
            lines.append(f"=== Author {k} - Book {k} of the {genre}")
            for n in range(12):
                lines.append(
                    f"The {genre} was quiet that night, and then I saw Maria with the lamp number {n} of the {genre}. "
                    f"Mr. Brown took it. He went home along the {genre}, slowly, for the night was dark and {HOW[n]}. "
                    f"The {genre} lay there as it had lain for years."
                )
        with lzma.open(folder / f"fiction-{genre}.txt.xz", "wt", encoding="utf-8") as file:
            file.write("\n".join(lines))
    return folder


def captions_of_lamps(folder: Path) -> CaptionSet:
    """A table of captions, as training reads it."""
    if not (folder / "c.csv").is_file():
        for k in range(4):
            Image.new("RGB", (8, 8)).save(folder / f"{k}.png")
        rows = "".join(f"{k}.png,A lamp by the sea.,{'train' if k < 3 else 'dev'}\n" for k in range(4))
        (folder / "c.csv").write_text("file,caption,split\n" + rows, "utf-8")
    return read_captions(folder / "c.csv")


@functools.cache
def trained() -> Path:
    """A folder with novels, a card st.json, and styles of the sea and of the town."""
    folder = Path(tempfile.mkdtemp())
    train_storyteller(shelf(folder, books=12), folder / "st.json", RECIPE, captions_of_lamps(folder), encoder="hash")
    train_styles(folder, folder / "styles", encoder="hash")
    return folder


def small_teller() -> Teller:
    """It has read the novels, and sees colours."""
    return Teller(load_storyteller(trained() / "st.json"), HashEncoder(), Onlooker(ColourVision(), ColourCaptioner()))

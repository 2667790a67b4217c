"""A small world in which words tell genres: a catalogue, trailers' words, novels and subtitles, all made up."""

from pathlib import Path

import numpy as np

TELLTALE = {
    "Western": "sheriff saddle rustlers canyon corral stagecoach",
    "Sci-Fi": "rocket planet robot laser orbit galaxy",
    "Horror": "vampire coffin graveyard scream blood ghost",
    "Romance": "darling kiss wedding sweetheart heart love",
}
FILLER = [f"{word}{n}" for n in range(8) for word in ("well", "you", "know", "that", "it", "was", "all", "of")]
SHELF = {"western": "Western", "scifi": "Sci-Fi", "gothic": "Horror", "romance": "Romance"}


def spoken(genre: str, rng: np.random.Generator, words: int = 150) -> list[str]:
    """Lines of ten words, one in seven of them telling the genre."""
    told = TELLTALE[genre].split()
    drawn = [rng.choice(told) if rng.random() < 1 / 7 else rng.choice(FILLER) for _ in range(words)]
    return [" ".join(drawn[k : k + 10]) for k in range(0, words, 10)]


def subtitles(lines: list[str]) -> str:
    """SubRip, a line every five seconds."""
    cues = (
        f"{k + 1}\n00:{k * 5 // 60:02}:{k * 5 % 60:02},000 --> 00:{k * 5 // 60:02}:{k * 5 % 60 + 4:02},000\n{line}\n"
        for k, line in enumerate(lines)
    )
    return "\n".join(cues)


def make_world(folder: Path, trailers: int = 40, tested: int = 16, titles: int = 120) -> Path:
    """Folders movielens, words, books and subs. Films 1..trailers have a trailer, the next ones subtitles."""
    rng = np.random.default_rng(5)
    genres = list(TELLTALE)
    for name in ("movielens", "words", "books", "subs"):
        (folder / name).mkdir(parents=True)
    movies, links, tags = ["movieId,title,genres"], ["movieId,imdbId,tmdbId"], ["userId,movieId,tag,timestamp"]
    for film in range(1, trailers + tested + titles + 1):
        genre = genres[film % len(genres)]
        own = spoken(genre, rng)
        is_spoken = film <= trailers + tested
        title = f"Film {film}x" if is_spoken else f"{TELLTALE[genre].split()[film % 6]} {film}x"
        movies.append(f"{film},{title} (1950),{genre}")
        links.append(f"{film},{film:07},{film}")
        tags.append(f"1,{film},{TELLTALE[genre].split()[film % 5]},1")
        if film <= trailers:
            (folder / "words" / f"tt{film:07}.txt").write_text(subtitles(own), "utf-8")
        elif is_spoken:
            (folder / "subs" / f"film-{film}x-1950-en.srt").write_text(subtitles(own), "utf-8")
    for name, rows in (("movies", movies), ("links", links), ("tags", tags)):
        (folder / "movielens" / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")
    for shelf, genre in SHELF.items():
        (folder / "books" / shelf).mkdir()
        for book in range(8):
            text = "\n\n".join(" ".join(spoken(genre, rng, 70)) + "." for _ in range(12))
            (folder / "books" / shelf / f"{shelf}-{book}.txt").write_text(text, "utf-8")
    return folder

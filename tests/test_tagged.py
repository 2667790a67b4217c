"""Tables of tags: every source read, films made one, nothing on two sides of a split."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from fabula.errors import InputError
from fabula.files.folds import stratified
from fabula.files.tag_names import genre_names, keyword_names, split_year, title_key
from fabula.files.tagged import (
    Catalogue,
    TaggedFilm,
    folds,
    read_catalogue,
    read_tagged,
    with_catalogue,
    with_common_keywords,
    without_films,
)
from fabula.files.trailer_words import read_trailer_words


def put(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def table_of(folder: Path, text: str, files: tuple[str, ...] = ("a.mp4", "b.mp4")) -> Path:
    for name in files:
        put(folder / name, "video")
    return put(folder / "tags.csv", text)


@pytest.fixture
def movielens(tmp_path: Path) -> Path:
    folder = tmp_path / "ml"
    folder.mkdir()
    put(
        folder / "movies.csv",
        "movieId,title,genres\n1,Toy Story (1995),Adventure|Children\n"
        '6,"Third Man, The (1949)",Film-Noir|IMAX\n7,Seven (a.k.a. Se7en) (1995),Crime\n'
        "8,Léon (1994),(no genres listed)\n9,Utopia (1951),Comedy\n",
    )
    put(folder / "links.csv", "movieId,imdbId,tmdbId\n1,0114709,862\n6,0041959,1092\n8,0110413,\n")
    put(
        folder / "tags.csv",
        "userId,movieId,tag,timestamp\n1,1,Gore,0\n2,1,blood,0\n2,1,toys,0\n3,6,Vienna,0\n4,6,vienna,0\n",
    )
    return folder


def test_table_with_ids_of_every_kind(tmp_path: Path) -> None:
    rows = "file\tfilm\timdb_id\tmovielens_id\ttmdb_id\ttitle\tyear\tgenres\tkeywords\tstill_tail_from\n"
    rows += "a.mp4\tmine\ttt1\t\t\t\t\tFamily|sci-fi\tBlood | gore|Paris, France\t12.5\n"
    rows += "b.mp4\t\t41959\t6\t\t\t\t\t\t\n"
    rows += "c.mp4\t\t\t6\t2\t\t\tScience Fiction, Music\t\t\n"
    rows += "d.mp4\t\t\t\t2\t\t\t\t\t\n"
    rows += "e.mp4\t\t\t\t\tThe Third Man\t1949\t\t\t\n"
    table = table_of(tmp_path, rows, tuple(f"{n}.mp4" for n in "abcde"))
    put(tmp_path / "b.fabula", "project")
    found = read_tagged(table, tmp_path)
    assert [f.film for f in found] == ["mine", "tt0041959", "movielens:6", "tmdb:2", "title:thirdman:1949"]
    assert found[0].genres == ("Children", "Sci-Fi") and found[0].keywords == ("blood", "paris, france")
    assert found[0].still_tail_from == 12.5 and found[1].still_tail_from is None
    assert found[1].path.name == "b.fabula" and found[0].path.name == "a.mp4", "a project is read before its video"
    assert found[2].genres == ("Musical", "Sci-Fi")
    assert found[4].title == "The Third Man" and found[4].year == 1949


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,film\na.mp4,1\n", "there is no column 'file'"),
        ("file,film\n", "there is no row"),
        ("file,film\na.mp4,1\na.mp4,2\n", "line 3: 'a.mp4' stands in line 2"),
        ("file,film\na.mp4,1\nz.mp4,2\n", "line 3: 'z.mp4' is not in"),
        ("file,film\n,1\n", "line 2: no file"),
        ("file,film,genres\na.mp4,,Drama\n", "line 2: nothing says which film"),
        ("file,film\na.mp4,1,Drama\n", "line 2: there are 3 cells for 2 columns"),
        ("file,film,year\na.mp4,1,soon\n", "line 2: 'soon' in 'year'"),
        ("file,film,still_tail_from\na.mp4,1,nan\n", "line 2: 'nan' in 'still_tail_from'"),
        ('file,film\na.mp4,"1\n', "line 2"),
    ],
)
def test_wrong_tables_are_named_with_the_row(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_tagged(table_of(tmp_path, text), tmp_path)


def test_partial_tables_leave_out_what_is_not_there(tmp_path: Path) -> None:
    table = table_of(tmp_path, "file,film\na.mp4,1\nz.mp4,2\n")
    assert [f.film for f in read_tagged(table, tmp_path, partial=True)] == ["1"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="2 files are missing"):
        read_tagged(table, empty, partial=True)
    with pytest.raises(InputError, match="no such folder"):
        read_tagged(table, tmp_path / "nowhere")


def test_movielens_names_genres_and_the_tags_of_two_users(movielens: Path) -> None:
    found = read_catalogue(movielens)
    toys = found.of("movielens:1")
    assert toys is not None and toys.ids == ("tt0114709", "tmdb:862", "movielens:1")
    assert toys.keywords == ("blood",), "one user's gore and another's blood are one keyword of two users"
    assert read_catalogue(movielens, users=1).of("1").keywords == ("blood", "toys")  # type: ignore[union-attr]
    assert found.of("tt0041959") is found.of("6") and found.of("6").genres == ("Film-Noir",)  # type: ignore[union-attr]
    assert found.of("tmdb:") is None, "an id that links.csv lacks is nobody's"
    assert found.of("8").genres == ()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("title", "year", "film"),
    [
        ("third-man, the (1949)", None, "movielens:6"),
        ("the-third-man-1949", None, "movielens:6"),
        ("The Third Man!", 1950, "movielens:6"),
        ("The Third Man", 1951, None),
        ("LEON", 1994, "movielens:8"),
        ("Se7en", None, "movielens:7"),
        ("seven", 1995, "movielens:7"),
        ("utopia-aka-atoll-k-1951", None, "movielens:9"),
        ("The Fourth Man", None, None),
        ("???", None, None),
    ],
)
def test_titles_are_found_however_they_are_written(
    movielens: Path, title: str, year: int | None, film: str | None
) -> None:
    found = read_catalogue(movielens).find(title, year)
    assert (found.ids[-1] if found else None) == film


def test_the_exact_year_wins_and_two_that_fit_are_none(tmp_path: Path) -> None:
    text = "movieId,title,genres\n1,Rain (1932),Drama\n2,Rain (1933),Drama\n3,Hate (1995),\n4,Hate (1995),\n"
    put(tmp_path / "movies.csv", text)
    found = read_catalogue(tmp_path / "movies.csv")
    assert found.find("Rain", 1933).ids == ("movielens:2",)  # type: ignore[union-attr]
    assert found.find("Rain") is None and found.find("Hate", 1995) is None
    assert found.find("Rain", 1934).ids == ("movielens:2",)  # type: ignore[union-attr]


@pytest.mark.parametrize("packed", [False, True])
def test_imdb_has_films_and_what_is_asked_for(tmp_path: Path, packed: bool) -> None:
    head = "tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres\n"
    text = head + 'tt0000001\tmovie\tThe "End\tDas Ende\t0\t1999\t\\N\t90\tSci-Fi,Family\n'
    text += "tt0000002\ttvEpisode\tPilot\tPilot\t0\t\\N\t\\N\t20\t\\N\n"
    path = tmp_path / ("title.basics.tsv.gz" if packed else "title.basics.tsv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    found = read_catalogue(path)
    assert [film.id for film in found.films] == ["tt0000001"]
    assert found.films[0].genres == ("Children", "Sci-Fi") and found.find("das ende", 1999) is found.films[0]
    only = read_catalogue(path, only=["tt0000002"]).films
    assert [(film.id, film.year, film.genres) for film in only] == [("tt0000002", None, ())]
    with pytest.raises(InputError, match="none of the films asked for"):
        read_catalogue(path, only=["tt9"])


def tmdb_film() -> dict[str, object]:
    return {
        "id": 1092,
        "imdb_id": "tt0041959",
        "title": "The Third Man",
        "release_date": "1949-08-31",
        "genres": [{"id": 1, "name": "Science Fiction"}, {"id": 2, "name": "TV Movie"}],
        "keywords": {"keywords": [{"name": "Vienna, Austria"}, {"name": "gore"}]},
    }


@pytest.mark.parametrize("form", ["object", "list", "results", "lines"])
def test_tmdb_in_every_form(tmp_path: Path, form: str) -> None:
    film = tmdb_film()
    other = {**film, "id": 5, "imdb_id": None, "title": "Else", "keywords": ["A list"], "release_date": ""}
    made = {
        "object": json.dumps(film),
        "list": json.dumps([film, other]),
        "results": json.dumps({"results": [film, other]}),
        "lines": f"{json.dumps(film)}\n\n{json.dumps(other)}\n",
    }[form]
    found = read_catalogue(put(tmp_path / "films.json", made))
    third = found.of("tmdb:1092")
    assert third is not None and third.ids == ("tt0041959", "tmdb:1092") and third.year == 1949
    assert third.genres == ("Sci-Fi",) and third.keywords == ("blood", "vienna, austria")
    if form != "object":
        assert found.of("5").keywords == ("a list",) and found.of("5").year is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("films.json", '[{"id": 1, "title": "A"}, {"title": "B"}]', "film 2"),
        ("films.jsonl", '{"id": 1, "title": "A"}\n{"id": 2,\n', "line 2: this is no JSON"),
        ("films.json", "[3]", "film 1"),
        ("films.json", "[]", "there is no film"),
        ("title.basics.tsv", "tconst\tprimaryTitle\nx\ty\n", "no column 'startYear'"),
        ("title.basics.tsv", "tconst\tprimaryTitle\tstartYear\tgenres\nx\ty\n", "line 2"),
        ("title.basics.tsv", "tconst\tprimaryTitle\tstartYear\tgenres\nx\ty\tsoon\tDrama\n", "line 2"),
        ("title.basics.tsv.gz", "no archive", "line 1"),
        ("films.xml", "<films/>", "no catalogue"),
        ("movies.csv", "movieId,title\n1,A\n", "no column 'genres'"),
    ],
)
def test_wrong_catalogues_say_where(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_catalogue(put(tmp_path / name, text))


def film(name: str, genres: str = "", keywords: str = "", title: str | None = None) -> TaggedFilm:
    year = 1949 if title else None
    return TaggedFilm(Path(name), name, title, year, tuple(genres.split()), tuple(keywords.split()))


def test_a_catalogue_completes_films_and_makes_their_ids_one(movielens: Path) -> None:
    catalogue = read_catalogue(movielens)
    given = [film("movielens:1"), film("x", "Drama", title="Third Man, The"), film("tmdb:1092"), film("mine", "War")]
    done = with_catalogue(given, catalogue)
    assert [f.film for f in done] == ["tt0114709", "tt0041959", "tt0041959", "mine"]
    assert done[0].genres == ("Adventure", "Children") and done[0].keywords == ("blood",)
    assert done[1].genres == ("Drama",), "what the table says is not overruled"
    assert done[3] == given[3]
    with pytest.raises(InputError, match="none of the 1 films"):
        with_catalogue([film("mine")], catalogue)


def test_rare_keywords_go_and_trailers_of_one_film_count_once() -> None:
    films = [film("1", keywords="a b"), film("1", keywords="a b"), film("2", keywords="a c"), film("3", keywords="c d")]
    assert [f.keywords for f in with_common_keywords(films, least=2)] == [("a",), ("a",), ("a", "c"), ("c",)]
    assert {k for f in with_common_keywords(films, most=1) for k in f.keywords} == {"a"}


def test_the_leak_rule_goes_by_id_and_by_title() -> None:
    films = [film("1"), film("2", title="The Third Man"), film("3")]
    assert without_films(films, ["1"]) == tuple(films[1:])
    other = film("tt0041959", title="Third Man, The")
    assert without_films(films, [other, "3"]) == (films[0],)


def test_folds_keep_films_whole_and_spread_every_genre() -> None:
    rng = np.random.default_rng(0)
    names = [f"g{k}" for k in range(8)]
    base = [" ".join(n for k, n in enumerate(names) if rng.random() < 1 / (k + 2)) for _ in range(60)]
    films = [film(str(k % 60), base[k % 60]) for k in range(90)]
    found = folds(films, 5, seed=3)
    assert (folds(films, 5, seed=3) == found).all() and (folds(films, 5, seed=4) != found).any()
    assert (found[60:] == found[:30]).all(), "trailers of one film stand together"
    assert np.ptp(np.bincount(found[:60])) <= 1
    for name in names:
        assert np.ptp(np.bincount(found[:60][[name in f.genres for f in films[:60]]], minlength=5)) <= 2


def test_a_label_of_k_things_is_once_in_each_fold() -> None:
    labels = [{"rare"} if k < 5 else {"common"} for k in range(40)]
    assert sorted(stratified(labels, 5, seed=1)[:5]) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="2 films"):
        stratified([{"a"}, set()], 3)


def test_names_are_made_one() -> None:
    assert genre_names(["Family", "CHILDREN'S", "Action & Adventure", "film-noir", "Short", ""]) == (
        *("Action", "Adventure", "Children", "Film-Noir"),
    )
    assert keyword_names(["Hit Men", "hitman ", "In Netflix Queue", "WWII", "mobster"]) == (
        *("hitman", "mafia", "world war ii"),
    )
    assert title_key("Pot o' Gold") == title_key("pot-o-gold") and title_key("D.O.A.") == title_key("doa")
    assert title_key("The") == "the" and title_key("Cité des enfants perdus, La") == "citedesenfantsperdus"
    assert title_key("Paint It, A") != title_key("Paint It A"), "an article ends a title only behind a comma"
    assert split_year("2012") == ("2012", None) and split_year("2012 (2009)") == ("2012", 2009)


def test_words_of_trailers(tmp_path: Path) -> None:
    cue = "1\n00:00:01,000 --> 00:00:02,000\n{}\n\n2\n00:00:03,000 --> 00:00:04,000\n[Music]\n"
    put(tmp_path / "tt0041959.txt", cue.format('Hello <font color="#CCC">Holly</font>'))
    put(tmp_path / "tt0041959_2.srt", cue.format("Good  night"))
    put(tmp_path / "notes.txt", "nothing")
    assert read_trailer_words(tmp_path) == {"tt0041959": "Hello Holly\nGood night"}
    put(tmp_path / "tt5.txt", "no times at all")
    with pytest.raises(InputError):
        read_trailer_words(tmp_path)


def test_no_words_of_trailers(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no words of trailers"):
        read_trailer_words(tmp_path)


@pytest.mark.data
def test_the_shared_data_agree_with_each_other(data_dir: Path) -> None:
    catalogue: Catalogue = read_catalogue(data_dir / "movielens")
    films = with_catalogue(read_tagged(data_dir / "trailers/index.csv", data_dir / "trailers"), catalogue)
    words = read_trailer_words(data_dir / "trailer_words")
    assert len(films) == 58 and len(words) == 130
    assert all(film.genres for film in films) and all(catalogue.of(name) for name in words)
    assert sum(film.film in words for film in films) == 8, "films of which there are both pictures and words"
    features = (data_dir / "subs/public_domain_features").glob("*.srt")
    known = [catalogue.find(path.stem.removesuffix("-en")) for path in features]
    assert sum(row is not None for row in known) >= 35

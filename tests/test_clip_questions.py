"""Questions about films: the file read, clips looked up, answers learned from pictures and found in subtitles."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from asked_example import colour_questions, make_film, row, told_questions, vector_of
from fabula.app.cli import app
from fabula.errors import FabulaError, InputError
from fabula.evaluate.clip_questions import (
    best_window,
    measure_clips,
    measure_texts,
    other_clips,
    score_answers,
    story_grid,
    story_windows,
)
from fabula.evaluate.film_texts import cue_texts
from fabula.features import embed
from fabula.files.questions import Clip, Question, read_questions
from fabula.files.store import Store
from fabula.models.clip_question_training import AskedClips, QuestionRecipe, QuestionTraining
from fabula.models.clip_questions import load_clip_questions
from fabula.models.story_search import StorySearch, fit_search, search_scores
from fabula.train.asked_films import ask_films, parts_of, text_vectors
from fabula.train.clip_questions import train_clip_questions

RECIPE = QuestionRecipe(epochs=20, batch=16, rate=2e-3, dropout=0.1, first=64, second=32)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FABULA_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def coloured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return colour_questions(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def trained(coloured: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float, list[str]]:
    card, said = tmp_path_factory.mktemp("model") / "qa.json", []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FABULA_CACHE", str(card.parent))
        right = train_clip_questions(coloured, coloured.parent, card, RECIPE, "hash", said.append)
    return card, right, said


def put(path: Path, found: object) -> Path:
    path.write_text(found if isinstance(found, str) else json.dumps(found), "utf-8")
    return path


def test_movieqa_json_is_read(tmp_path: Path) -> None:
    first = row("val:3", "tt1", "Who  is\nit?", ["A", "B"], 1, ["tt1.sf-000010.ef-000019.video.mp4", [2.5, 4]])
    second = row("x", "tt2", "Why?", ["C", "D"], None, [])
    found = read_questions(put(tmp_path / "qa.json", [{**first, "plot_alignment": [3, 4]}, second]))
    clips = (Clip(10, 19, True), Clip(2.5, 4.0, False))
    assert found[0] == Question("val:3", "Who is it?", ("A", "B"), 1, "tt1", clips, (3, 4), (), "val")
    assert clips[0].seconds(10.0) == (1.0, 2.0), "the last frame is shown to its end"
    assert clips[1].seconds(10.0) == (2.5, 4.0)
    assert found[1].correct is None and found[1].split is None


GOOD = row("1", "tt1", "Who?", ["A", "B"], 0, [])


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ("{", "no JSON"),
        ({"films": []}, "no list of questions"),
        ([], "no question"),
        ([GOOD, 3], "question 2: an object belongs here"),
        ([{k: v for k, v in GOOD.items() if k != "imdb_key"}], "question 1: there is no 'imdb_key'"),
        ([{**GOOD, "question": None}], "None in 'question' is no text"),
        ([{**GOOD, "answers": "A"}], "'answers' is no list"),
        ([{**GOOD, "answers": ["A"]}], "1 answers"),
        ([{**GOOD, "correct_index": 2}], "2 in 'correct_index' is none of the 2"),
        ([{**GOOD, "video_clips": ["a.mp4"]}], "names no frames"),
        ([{**GOOD, "video_clips": [[4, 2]]}], "ends before it starts"),
        ([{**GOOD, "video_clips": [[float("nan"), 2]]}], "ends before it starts"),
        ([GOOD, GOOD], "question 2: the id '1' comes twice"),
        ([GOOD, {**GOOD, "qid": "2", "answers": ["A", "B", "C"]}], "question 2: 3 answers where the first"),
    ],
)
def test_wrong_questions_are_named(tmp_path: Path, found: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_questions(put(tmp_path / "qa.json", found))


def test_clips_are_the_shots_that_they_touch(tmp_path: Path) -> None:
    colours = make_film(tmp_path, "tt1", np.random.default_rng(0))
    about = ([[4.0, 6.0]], ["tt1.sf-000060.ef-000079.x"], [[0.5, 3.5]], [], [[900.0, 910.0]])
    rows = [row(str(k), "tt1", "Which?", ["A", "B"], 0, clips) for k, clips in enumerate(about)]  # type: ignore[arg-type]
    rows.append(row("gone", "tt2", "Which?", ["A", "B"], 0, []))
    asked = ask_films(read_questions(put(tmp_path / "qa.json", rows)), tmp_path, "hash", Store(None))
    assert [q.id for q in asked.questions] == ["0", "1", "2", "3", "4"] and asked.vision == "made"
    assert asked.clips[0] @ vector_of(colours[2]) > 0.9 and asked.clips[1] @ vector_of(colours[3]) > 0.9
    both = vector_of(colours[0]) + vector_of(colours[1])
    assert asked.clips[2] @ both / np.linalg.norm(both) > 0.9
    assert np.allclose(asked.clips[3], asked.clips[4]), "no clip, or none that is there: the whole film"
    assert np.allclose(np.linalg.norm(asked.clips, axis=1), 1, atol=1e-5) and asked.answers.shape[:2] == (5, 2)


def test_films_that_cannot_be_used(tmp_path: Path) -> None:
    questions = [Question(str(k), "?", ("a", "b"), 0, f"tt{k}") for k in range(2)]
    with pytest.raises(InputError, match="none of the questions' 2 films"):
        ask_films(questions, tmp_path, "hash", Store(None))
    rng = np.random.default_rng(0)
    make_film(tmp_path, "tt0", rng)
    make_film(tmp_path, "tt1", rng, model="other")
    with pytest.raises(InputError, match="different vision models"):
        ask_films(questions, tmp_path, "hash", Store(None))
    Store(tmp_path / "tt5.fabula").close()
    with pytest.raises(InputError, match="no vision model has looked"):
        ask_films([Question("1", "?", ("a", "b"), 0, "tt5")], tmp_path, "hash", Store(None))


def test_no_film_stands_on_two_sides() -> None:
    torn = [
        Question(str(k), "?", ("a", "b"), 0, film, split=s)
        for k, (film, s) in enumerate([("x", "val"), ("x", "train")])
    ]
    assert list(parts_of(torn)) == ["val", "val"]
    free = [Question(str(k), "?", ("a", "b"), 0, f"tt{k % 100}") for k in range(200)]
    parts = parts_of(free)
    assert (parts[:100] == parts[100:]).all() and 10 <= (parts[:100] == "val").sum() <= 30


def test_clips_decide_and_their_shuffle_takes_it_away(trained: tuple[Path, float, list[str]], coloured: Path) -> None:
    card, right, said = trained
    assert right > 0.9, f"chance is 0.2; {said[-1]}"
    model = load_clip_questions(card)
    asked = ask_films([q for q in read_questions(coloured) if q.split == "val"], coloured.parent, "hash", Store(None))
    seen, shuffled, blind = measure_clips(model, asked)
    assert seen.accuracy > 0.9 and seen.low > 0.8 and seen.questions == 90
    assert shuffled.accuracy < 0.4 and blind.accuracy < 0.4, "without its clip the text is all that there is"
    assert set(model.films) == {f"tt{k:07d}" for k in range(7)}, "films of other splits never train"


def test_order_of_answers_does_not_matter(trained: tuple[Path, float, list[str]], coloured: Path) -> None:
    model = load_clip_questions(trained[0])
    asked = ask_films(read_questions(coloured)[:4], coloured.parent, "hash", Store(None))
    turned = model.scores(asked.clips, asked.texts, asked.answers[:, ::-1].copy())
    assert np.allclose(model.scores(asked.clips, asked.texts, asked.answers), turned[:, ::-1], atol=1e-5)


def test_a_killed_run_ends_as_one_that_was_not(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    asked = AskedClips(
        rng.normal(size=(40, 6)), rng.normal(size=(40, 4)), rng.normal(size=(40, 5, 4)), np.arange(40) % 5
    )
    recipe = QuestionRecipe(epochs=4, batch=8, first=8, second=8)
    whole, first = QuestionTraining(recipe, asked), QuestionTraining(recipe, asked)
    for _ in range(4):
        whole.run_epoch()
    first.run_epoch()
    first.run_epoch()
    first.save(tmp_path / "state")
    again = QuestionTraining(recipe, asked)
    assert again.resume(tmp_path / "state") and again.epoch == 2
    again.run_epoch()
    again.run_epoch()
    for one, other in zip(whole.kept.parameters(), again.kept.parameters(), strict=True):
        assert torch.equal(one, other)
    others = AskedClips(asked.clips + 1, asked.questions, asked.answers, asked.correct)
    assert not QuestionTraining(recipe, others).resume(tmp_path / "state"), "another file's state is not taken up"


def test_too_few_questions(tmp_path: Path) -> None:
    make_film(tmp_path, "tt1", np.random.default_rng(0))
    path = put(tmp_path / "qa.json", [{**GOOD, "qid": "train:1"}])
    with pytest.raises(InputError, match="1 questions to learn from"):
        train_clip_questions(path, tmp_path, tmp_path / "card.json", RECIPE, "hash")
    with pytest.raises(FabulaError, match=r"card\.json cannot be loaded"):
        load_clip_questions(tmp_path / "card.json")


def test_subtitles_hold_the_answer(tmp_path: Path) -> None:
    questions = read_questions(told_questions(tmp_path))
    store = Store(None)
    stories = {film: embed(texts, "hash", store) for film, texts in cue_texts(questions, None, tmp_path).items()}
    rows = {found.method: found for found in measure_texts(questions, *text_vectors(questions, "hash", store), stories)}
    assert rows["best window of subtitles"].low > 0.5 and rows["SSCB on subtitles"].low > 0.5
    assert rows["answer like question"].accuracy < 0.4 and rows["longest answer"].accuracy < 0.4
    assert rows["SSCB on subtitles"].drawn == "films" and rows["SSCB on subtitles"].films == 8


def test_windows_and_grids_by_hand() -> None:
    cues = np.eye(4, dtype=np.float32)
    windows = story_windows(cues, 2)
    assert windows.shape == (3, 4) and np.allclose(windows[1], [0, 0.5**0.5, 0.5**0.5, 0])
    assert story_windows(cues[:1], 8).shape == (1, 4), "a short story is one window"
    grid = story_grid(windows, cues[1], cues[[2, 3]])
    assert grid.shape == (2, 3, 2)
    brute = [max(windows[w] @ cues[1] + windows[w] @ answer for w in range(3)) for answer in cues[[2, 3]]]
    assert np.allclose(best_window([grid])[0], brute)


def test_sscb_does_not_see_what_fills_a_batch_up() -> None:
    rng = np.random.default_rng(0)
    grids = [rng.random((5, h, 2)).astype(np.float32) for h in (3, 40, 1)]
    torch.manual_seed(0)
    network = StorySearch().eval()
    from fabula.models.story_search import _padded

    together = network(*_padded(grids)).detach().numpy()
    assert np.allclose(together, search_scores(network, grids), atol=1e-6)


def test_sscb_learns_that_both_must_be_alike_at_one_place() -> None:
    rng = np.random.default_rng(0)
    grids, correct = [], rng.integers(5, size=300)
    for right in correct:
        grid = np.zeros((5, 12, 2), np.float32)
        asked, others = int(rng.integers(12)), rng.integers(12, size=5)
        grid[:, asked, 0] = 0.6
        others[others == asked] = (asked + 4) % 12
        grid[np.arange(5), others, 1] = 0.9  # a wrong answer is likelier somewhere, but not where the question is
        grid[right, others[right], 1], grid[right, asked, 1] = 0, 0.5
        grids.append(grid + rng.normal(size=grid.shape).astype(np.float32) * 0.02)
    network = fit_search(grids[:200], correct[:200])
    assert (search_scores(network, grids[200:]).argmax(1) == correct[200:]).mean() > 0.9


def test_scores_count_ties_by_share_and_draw_films() -> None:
    questions = [Question(str(k), "?", ("a", "b"), 0, f"tt{k % 9}") for k in range(90)]
    tied = score_answers("none", questions, np.zeros((90, 2)))
    assert tied.accuracy == 0.5 and tied.drawn == "films"
    by_film = np.array([[1.0, 0.0] if k % 9 < 5 else [0.0, 1.0] for k in range(90)])
    films = score_answers("by film", questions, by_film)
    lone = [Question(q.id, q.text, q.answers, 0, "tt1") for q in questions]
    single = score_answers("one film", lone, by_film)
    assert films.accuracy == single.accuracy == pytest.approx(5 / 9) and single.drawn == "questions"
    assert films.high - films.low > 2 * (single.high - single.low), "questions of a film err together"


def test_other_clips_are_never_the_same_stretch() -> None:
    clips = [(Clip(0, 1, False),), (Clip(2, 3, False),)]
    questions = [Question(str(k), "?", ("a", "b"), 0, "tt1", clips[k % 2]) for k in range(10)]
    others = other_clips(questions, np.random.default_rng(0))
    assert all(questions[k].clips != q.clips for k, q in zip(others, questions, strict=True))


def test_commands(coloured: Path, tmp_path: Path) -> None:
    run, card = CliRunner(), tmp_path / "mine.json"
    common = ["--questions", str(coloured), "--films", str(coloured.parent), "--encoder", "hash"]
    done = run.invoke(app, ["train", "clip-questions", *common, "-o", str(card), "--epochs", "3"])
    assert done.exit_code == 0 and "answered rightly" in done.output
    assert card.with_suffix(".csv").read_text("utf-8").startswith("epoch,loss,right\n1,")
    done = run.invoke(app, ["evaluate", "qa", *common, "--model", str(card), "--json"])
    assert done.exit_code == 0
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert [r["method"] for r in rows] == [
        *("longest answer", "answer like question", "clips", "clips of other questions", "no clips"),
    ]
    assert rows[0]["questions"] == 300 and rows[2]["questions"] == 90, "films that trained the model do not test it"
    table = run.invoke(app, ["evaluate", "qa", *common, "--split", "val"])
    assert table.exit_code == 0 and "95 % interval" in table.output and "SSCB 0.222" in table.output
    changed = json.loads(card.read_text("utf-8")) | {"vision": "another"}
    card.write_text(json.dumps(changed), "utf-8")
    other = run.invoke(app, ["evaluate", "qa", *common, "--model", str(card)])
    assert "it reads vectors of another" in str(other.exception)
    card.write_text(json.dumps(changed | {"films": [f"tt{k:07d}" for k in range(10)]}), "utf-8")
    learned = run.invoke(app, ["evaluate", "qa", *common, "--model", str(card)])
    assert "it learned from all films" in str(learned.exception)


def test_commands_say_what_is_missing(coloured: Path, tmp_path: Path) -> None:
    run = CliRunner()
    alone = run.invoke(app, ["evaluate", "qa", "--questions", str(coloured), "--model", "x.json"])
    assert isinstance(alone.exception, InputError) and "--films" in str(alone.exception)
    none = run.invoke(app, ["evaluate", "qa", "--questions", str(coloured), "--split", "test"])
    assert isinstance(none.exception, InputError) and "has a known answer" in str(none.exception)
    told = ["evaluate", "qa", "--questions", str(coloured), "--subs", str(tmp_path), "--encoder", "hash"]
    assert "no subtitles of the 10 films" in str(run.invoke(app, told).exception)

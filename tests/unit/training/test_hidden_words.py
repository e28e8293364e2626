"""Words of texts are hidden as BERT's were, by seed, text and way alone."""

import numpy as np

from headstart.backbones.special_tokens import SpecialTokens
from headstart.training.hidden_words import HiddenWords

FACTS = SpecialTokens(mask_id=2, special=(0, 1, 2), n_tokens=1000)
TEXTS = [np.array([1, *range(10, 110), 0]), np.array([1, 7, 0])]
ROWS, WAYS = np.zeros(400, dtype=np.intp), np.arange(400)


def read(texts, rows, ways, length=110):
    return texts.read(np.array(rows), np.array(ways)).reshape(len(rows), 2, length)


def test_shares_are_those_of_the_paper():
    shown, goals = read(HiddenWords(TEXTS, FACTS, 110), ROWS, WAYS).transpose(1, 0, 2)
    chosen = goals >= 0
    assert (chosen.sum(axis=1) == 15).all()
    hidden, stays = (shown == 2)[chosen], (shown == goals)[chosen]
    assert abs(hidden.mean() - 0.8) < 0.02
    assert abs(stays.mean() - 0.1) < 0.02


def test_what_is_not_chosen_stands_as_it_was():
    texts = HiddenWords(TEXTS, FACTS, 110)
    shown, goals = read(texts, [0], [5])[0]
    put_back = np.where(goals >= 0, goals, shown)
    assert put_back[:102].tolist() == TEXTS[0].tolist()
    assert (put_back[102:] == -1).all()


def test_marks_are_never_chosen_and_one_word_always_is():
    shown, goals = read(HiddenWords(TEXTS, FACTS, 110), ROWS + 1, WAYS).transpose(1, 0, 2)
    assert (goals[:, :3] == [-1, 7, -1]).all()
    assert (shown[:, [0, 2]] == [1, 0]).all()
    assert not np.isin(shown[:, 1], (0, 1)).any()


def test_rows_depend_on_seed_text_and_way_alone():
    texts, other = HiddenWords(TEXTS, FACTS, 110), HiddenWords(TEXTS, FACTS, 110, seed=1)
    both = read(texts, [0, 1], [3, 4])
    assert np.array_equal(both[1], read(texts, [1], [4])[0])
    assert not np.array_equal(both[0], read(texts, [0], [9])[0])
    assert not np.array_equal(both[0], read(other, [0], [3])[0])


def test_of_a_long_text_a_part_is_read():
    parts = read(HiddenWords(TEXTS, FACTS, 20), [0] * 50, range(50), length=20)
    firsts = np.where(parts[:, 1] >= 0, parts[:, 1], parts[:, 0])[:, 0]
    assert len(set(firsts.tolist())) > 10
    assert (parts[:, 0] >= 0).all()

"""Texts without labels: word vectors, and an encoder that guesses hidden words, as sources."""

import json

import numpy as np
import pytest

from headstart import load
from headstart.backbones import find_source, load_backbone
from headstart.backbones.catalogue import load_network
from headstart.data import read_any, read_unlabelled_texts
from headstart.data.texts import read_texts
from headstart.errors import InputError, RunError, SourceError
from headstart.fitting import Pretraining, Settings, fit, pretrain
from headstart.strategies import read_plan_name

GOOD = ("a great film with warm songs", "the warm songs make it great", "great fun and warm light")
BAD = ("a dull plot with lazy jokes", "the lazy jokes make it dull", "dull noise and lazy talk")
ENDS = ("", " for all", " this year", " in the end", " at last")
SENTENCES = [text + end for end in ENDS for text in (*GOOD, *BAD)]
LABELS = ["good" if text.startswith(GOOD) else "bad" for text in SENTENCES]


def learn(texts=SENTENCES, **asked):
    return pretrain(read_texts(texts), Pretraining(**asked))


@pytest.fixture(scope="module")
def words_run(tmp_path_factory):
    made = learn(size=16, training={"epochs": 20})
    return made, made.save(tmp_path_factory.mktemp("words") / "run")


@pytest.fixture(scope="module")
def encoder_folder(tmp_path_factory):
    """A BERT of two small layers with random weights, as transformers writes it."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = sorted({word for text in SENTENCES for word in text.split()})
    vocabulary = {word: number for number, word in enumerate([*marks, *words])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.add_special_tokens(marks)
    folder = tmp_path_factory.mktemp("encoder")
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture(scope="module")
def encoder_run(encoder_folder, tmp_path_factory):
    made = learn(SENTENCES * 2, source=f"transformers/{encoder_folder}", training={"epochs": 2})
    return made, made.save(tmp_path_factory.mktemp("masked") / "run")


@pytest.fixture(params=["words_run", "encoder_run"])
def either(request):
    return request.getfixturevalue(request.param)


def test_a_run_of_words_reads_as_it_learned(words_run):
    made, folder = words_run
    network, source = load_network(f"run:{folder}")
    assert source.weights_hash == made.source.weights_hash
    assert source.preprocessing == made.source.preprocessing
    assert np.array_equal(network.words.weight.detach().numpy(), made.tensors["words.weight"])
    assert source.preprocessing.tokens("Great FILM!").tolist() != [1, 1]
    assert made.record["n_train"] == len(set(SENTENCES))


def test_the_same_seed_gives_the_same_words(words_run):
    asked = {"size": 16, "training": {"epochs": 20}}
    assert learn(**asked).source.weights_hash == words_run[0].source.weights_hash
    assert learn(**asked, seed=1).source.weights_hash != words_run[0].source.weights_hash


@pytest.mark.parametrize("plan", ["probe", "full", "scratch"])
def test_they_can_be_transferred_from(either, plan):
    name = read_plan_name(plan)
    training = {} if name.is_frozen else {"epochs": 2}
    settings = Settings(f"run:{either[1]}", name, training=training, fallback=False)
    model = fit(read_any(SENTENCES, LABELS), None, settings)
    assert model.result_.n_test > 0
    assert set(model.predict(["warm great songs", "unheard of", "..."])) <= {"good", "bad"}


def test_a_model_of_words_is_saved_and_a_source_again(words_run, tmp_path):
    plan = read_plan_name("full")
    settings = Settings(f"run:{words_run[1]}", plan, training={"epochs": 2}, fallback=False)
    model = fit(read_any(SENTENCES, LABELS), None, settings)
    folder = model.save(tmp_path / "run")
    texts = ["warm great songs", "lazy talk"]
    assert load(folder).predict(texts).tolist() == model.predict(texts).tolist()
    assert load_backbone(f"run:{folder}").stage_names == ("words",)


def test_random_twins_read_the_same_words(words_run):
    _, source = load_network(f"run:{words_run[1]}", init="random", seed=4)
    assert source.weights_hash == "random-4"
    assert source.preprocessing.tokens("great").tolist() != [1]


def test_an_encoder_learns_and_tells_its_losses(encoder_run, encoder_folder):
    made, folder = encoder_run
    before, after = load_backbone(f"transformers/{encoder_folder}"), load_backbone(f"run:{folder}")
    assert before.stage_names == after.stage_names
    for mine, own in zip(after.pieces.parameters(), before.pieces.parameters(), strict=True):
        assert not mine.equal(own) or mine.ndim == 1
    (which,) = made.evidence.decisions
    assert [row["epoch"] for row in which.measurements] == [0, 1, 2]
    assert made.source.origin.startswith("pretrained by headstart on 30 texts without labels (")


def test_enough_texts_judge_the_epochs(encoder_folder):
    texts = [f"{one} {two}" for one in SENTENCES for two in ("songs", "plot")]
    asked = {"training": {"epochs": 30, "learning_rate": 3e-3}}
    made = learn(texts, source=f"transformers/{encoder_folder}", **asked)
    first, *_, last = made.evidence.decisions[0].measurements
    assert last["valid_loss"] < first["valid_loss"]
    assert 0 <= first["valid_score"] <= last["valid_score"] <= 1


def test_facts_of_both(either):
    made, folder = either
    facts = json.loads((folder / "manifest.json").read_bytes())
    assert facts["modality"] == "text"
    assert "backbone/tokenizer.json" in facts["files"]
    assert find_source(f"run:{folder}")["preprocessing"] == made.source.preprocessing.to_dict()
    with pytest.raises(RunError, match="Fit one on labelled texts: headstart fit DATA"):
        load(folder)


def test_an_interrupt_keeps_the_best_so_far(encoder_folder):
    def press(step, done, total):
        if (step, done) == ("epoch 2", 1):
            raise KeyboardInterrupt

    asked = Pretraining(source=f"transformers/{encoder_folder}", training={"epochs": 5})
    made = pretrain(read_texts(SENTENCES), asked, press)
    reason = made.evidence.decisions[0].reason
    assert reason.startswith("Training was interrupted after epoch 1. ")


def test_words_hide_none(words_run):
    with pytest.raises(SourceError, match=r"\(word vectors\) guesses no words that are hidden"):
        learn(source=f"run:{words_run[1]}")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (SENTENCES[:7], "There are 7 different texts, and 0 rows were set aside; at least 8"),
        (["", " ", None], "There are 0 different texts, and 3 rows were set aside"),
        (["one two three"] * 20, "There are 1 different texts"),
        ([str(number) for number in range(9)], "The texts hold 9 different words; at least 10"),
        (["." * number for number in range(1, 10)], "The texts hold 0 different words"),
    ],
)
def test_too_little_to_learn_from(texts, message):
    with pytest.raises(InputError, match=message):
        learn(texts)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"size": 4}, "size of the word vectors is 4; accepted: 8 to 1000"),
        ({"architecture": "timm/resnet18"}, "'timm/resnet18' is asked for with texts; accepted"),
        ({"training": {"batch_size": 4}}, "batch size of word vectors cannot be chosen"),
    ],
)
def test_what_word_vectors_do_not_have(asked, message):
    with pytest.raises(InputError, match=message):
        learn(**asked)


def test_labels_need_a_source():
    with pytest.raises(
        InputError, match=r"texts have labels.*--source bundled/minilm-l6, or leave"
    ):
        pretrain(read_texts(SENTENCES, LABELS))


def test_a_table_without_labels(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text("text\n" + "\n".join(SENTENCES))
    made = pretrain(read_unlabelled_texts(path), Pretraining(training={"epochs": 1}))
    assert made.record["n_train"] == len(SENTENCES)

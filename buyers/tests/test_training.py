"""Making a scorecard: what a file may say, what measures mean, and that a fitted card keeps the laws of an edition."""

import csv
import json
import math
from decimal import Decimal
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from buyers.grading import graded
from buyers.scorecard import CURRENT, DOWN, UP, default_probability, edition, parsed_edition
from buyers.training.measures import auc, brier, reliability, slope_and_intercept, with_prior
from buyers.training.reading import DATA, BadFile, filled, sample, sources, trainable
from buyers.training.reports import tried

CODES = ("equity_ratio", "current_ratio", "receivable_days", "operating_cost_ratio")
HEADER = ",".join(("failed", *CODES))
POLISH = DATA / "polish_columns.json"


def read(*rows: str, header: str = HEADER):
    return sample([header, *rows], sources(None))


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_file_of_codes_is_read_and_a_question_mark_is_missing():
    found = read("1,35.5,1.2,60,94", "0,?,,58,90")
    assert found.failed.tolist() == [1, 0]
    assert found.values["equity_ratio"][0] == 35.5
    assert np.isnan(found.values["equity_ratio"][1])
    assert np.isnan(found.values["current_ratio"][1])
    assert (set(found.values), found.refused) == (set(CODES), ())


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("1,nan,1,60,94", "not_a_finite_number", "equity_ratio"),
        ("1,35,inf,60,94", "not_a_finite_number", "current_ratio"),
        ("1,35,-1e999,60,94", "not_a_finite_number", "current_ratio"),
        ("1,35,one,60,94", "not_a_finite_number", "current_ratio"),
        ("1,35,1,-0.1,94", "negative_where_impossible", "receivable_days"),
        ("1,35,-1,-5,94", "negative_where_impossible", "current_ratio"),
        ("2,35,1,60,94", "failed_is_neither_0_nor_1", "failed"),
        ("?,35,1,60,94", "failed_is_neither_0_nor_1", "failed"),
        ("1,35,1,60", "cells_miscounted", ""),
        ("1,35,1,60,94,7", "cells_miscounted", ""),
    ],
)
def test_a_row_that_cannot_be_is_left_out_with_its_reason_and_the_rest_goes_on(row: str, code: str, column: str):
    found = read("0,40,2,30,80", row, "1,-20,0.5,90,120")
    assert found.failed.tolist() == [0, 1]
    assert [(r.line, r.code, r.column) for r in found.refused] == [(3, code, column)]


def test_negative_equity_is_a_value():
    assert read("1,-35,1,60,94").values["equity_ratio"][0] == -35


def test_the_polish_columns_become_the_houses_indicators():
    values = {"Attr10": "0.35", "Attr38": "0.6", "Attr51": "0.4", "Attr2": "0.65", "Attr33": "3.65", "Attr62": "100",
              "Attr29": "4", "Attr21": "1.1", "class": "0"}  # fmt: skip
    lines = [
        "@relation '5year'",
        "",
        *(f"@attribute {name} numeric" for name in values),
        "@data",
        ",".join(values.values()),
    ]
    found = sample(lines, sources(POLISH))
    got = {code: float(column[0]) for code, column in found.values.items()}
    assert got == pytest.approx({
        "equity_ratio": 35, "long_debt_ratio": 25, "short_debt_share": 4000 / 65, "operating_cost_ratio": 100,
        "assets_size": 2_500, "sales_growth": 10, "short_debt_days": 100,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ("NaN,0.65,0", "not_a_finite_number", "Attr51"),
        ("1e400,0.65,0", "not_a_finite_number", "Attr51"),
        ("-0.4,0.65,0", "negative_where_impossible", "short_debt_share"),
        ("0.4,0.65,2", "failed_is_neither_0_nor_1", "class"),
        ("0.4,0.65", "cells_miscounted", ""),
        ("0.4,0.65,0,1", "cells_miscounted", ""),
    ],
)
def test_a_row_of_an_arff_file_is_left_out_as_one_of_csv(cells: str, code: str, column: str):
    head = ["@RELATION x", "% a remark", "@ATTRIBUTE Attr51 NUMERIC", "@attribute Attr2 real",
            "@attribute class {0,1}", "@DATA"]  # fmt: skip
    found = sample([*head, "0.4,0.65,1", cells, "?,0.5,0"], sources(POLISH))
    assert [(r.line, r.code) for r in found.refused] == [(8, code)]
    assert found.refused[0].column == column
    assert found.failed.tolist() == [1, 0]


def test_a_quotient_by_nothing_is_missing():
    lines = [
        "@relation x",
        "@attribute Attr51 numeric",
        "@attribute Attr2 numeric",
        "@attribute class {0,1}",
        "@data",
        "1,0,1",
    ]
    assert np.isnan(sample(lines, sources(POLISH)).values["short_debt_share"][0])


@pytest.mark.parametrize(
    "lines",
    [[], ["equity_ratio"], ["failed,equity_ratio,equity_ratio", "1,2,3"], ["@relation x", "@attribute class {0,1}"],
     ["failed,equity_ratio", '1,"2'], ["failed,equity_ratio", '1,"2', '3"'], [",".join(f"c{n}" for n in range(1_001))]],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_as_a_whole(lines: list[str]):
    with pytest.raises(BadFile):
        sample(lines, sources(None))


@pytest.mark.parametrize("row", [{"colour": {"rule": "itself", "columns": ["a"], "times": 1}},
                                 {"equity_ratio": {"rule": "magic", "columns": ["a"], "times": 1}}])  # fmt: skip
def test_a_mapping_to_what_nobody_knows_is_refused(tmp_path: Path, row: dict):
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(row))
    with pytest.raises(BadFile):
        sources(path)


def test_every_trained_indicator_of_an_edition_is_one_the_portal_forms():
    trained = {spec.code for spec in trainable()}
    assert set(sources(POLISH)) == trained | {"failed"}
    assert {spec.code for spec in trainable() if not spec.questioned} <= set(edition().codes)


def test_gaps_are_filled_with_known_values_of_their_column_and_nothing_else_changes():
    found = filled(read("1,35,1,?,94", "0,40,?,30,?", "0,50,2,?,80"), seed=1)
    assert found.values["equity_ratio"].tolist() == [35, 40, 50]
    assert found.values["receivable_days"].tolist() == [30, 30, 30]
    assert set(found.values["operating_cost_ratio"]) <= {94, 80}


# --- measures, by hand -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failed", "risk", "area"),
    [([0, 0, 1, 1], [1, 2, 3, 4], 1), ([0, 0, 1, 1], [4, 3, 2, 1], 0), ([0, 1, 0, 1], [1, 1, 1, 1], 0.5),
     ([0, 0, 1, 1], [1, 3, 2, 4], 0.75), ([0, 1, 1], [1, 1, 2], 0.75)],
)  # fmt: skip
def test_auc_counts_pairs(failed: list[int], risk: list[float], area: float):
    assert auc(np.array(failed), np.array(risk)) == pytest.approx(area)


def test_auc_of_one_kind_is_no_number():
    assert math.isnan(auc(np.array([1, 1]), np.array([1.0, 2.0])))


def test_brier_is_a_mean_square():
    assert brier(np.array([1, 0]), np.array([0.8, 0.4])) == pytest.approx((0.04 + 0.16) / 2)


def test_a_reliability_table_tells_what_was_said_and_what_was_seen():
    lines = reliability(np.array([0, 1, 1, 1]), np.array([0.1, 0.3, 0.9, 0.7]), parts=2)
    assert [(line.firms, line.said, line.seen) for line in lines] == [(2, pytest.approx(0.2), 0.5), (2, 0.8, 1)]


def test_a_calibrated_logit_has_slope_one_and_one_twice_as_sure_a_half():
    logit = np.repeat([-2.0, 0.0, 2.0], 1_000)
    failed = np.concatenate([np.arange(1_000) < 1_000 / (1 + math.exp(-v)) for v in (-2, 0, 2)]).astype(int)
    slope, intercept = slope_and_intercept(failed, logit)
    assert (slope, intercept) == (pytest.approx(1, abs=0.01), pytest.approx(0, abs=0.01))
    assert slope_and_intercept(failed, 2 * logit)[0] == pytest.approx(0.5, abs=0.01)


def test_firms_that_a_line_parts_without_error_have_no_slope_and_the_search_for_it_ends():
    assert slope_and_intercept(np.array([0, 0, 1, 1]), np.array([-2.0, -1.0, 1.0, 2.0]))[0] > 10


def test_a_prior_moves_the_level_by_the_ratio_of_the_odds():
    moved = with_prior(np.array([0.0]), seen=0.5, prior=0.02)
    assert 1 / (1 + math.exp(-moved[0])) == pytest.approx(0.02)


def test_a_file_with_one_kind_of_firm_has_no_auc():
    assert "needs both" in tried(np.array([0, 0]), np.array([0.1, 0.2]), 0.02)[0]


# --- trying a released edition: numpy only ----------------------------------------------------------------------------


def invented(path: Path, firms: int = 400) -> Path:
    """Firms whose risk falls with equity and rises with costs; a gap here and there, one row that cannot be."""
    draw = np.random.default_rng(7)
    equity, current = draw.normal(35, 25, firms), draw.lognormal(0.4, 0.5, firms)
    days, costs = draw.lognormal(4, 0.4, firms), draw.normal(95, 10, firms)
    risk = 1 / (1 + np.exp(-0.6 + 0.05 * equity - 0.08 * (costs - 95)))
    failed = (draw.random(firms) < risk).astype(int)
    rows = [
        f"{f},{e:.2f},{c:.3f},{'?' if n % 17 == 0 else format(d, '.1f')},{o:.2f}"
        for n, (f, e, c, d, o) in enumerate(zip(failed, equity, current, days, costs, strict=True))
    ]
    path.write_text("\n".join([HEADER, *rows, "0,nan,1,1,1"]) + "\n")
    return path


def test_an_edition_is_tried_on_a_file(tmp_path: Path):
    out, err = StringIO(), StringIO()
    call_command("try_scorecard", invented(tmp_path / "firms.csv"), stdout=out, stderr=err)
    assert "line 402 left out: not_a_finite_number equity_ratio" in err.getvalue()
    assert f"edition {CURRENT}" in out.getvalue()
    assert "AUC 0." in out.getvalue()
    assert "35 of 39 indicators are not in the file and count as missing" in out.getvalue()
    assert "gaps filled at random 5 times: AUC 0." in out.getvalue()


def tried_rows(path: Path, **options) -> list[dict[str, str]]:
    """The rows that come out, by the command anybody would type."""
    rows = path.with_name("rows.csv")
    call_command("try_scorecard", path, rows=rows, stdout=StringIO(), stderr=StringIO(), **options)
    with rows.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_every_row_of_a_file_comes_out_scored_or_refused_in_the_order_of_the_file(tmp_path: Path):
    path = tmp_path / "firms.csv"
    path.write_bytes(b"\xef\xbb\xbfcolour,operating_cost_ratio,failed,equity_ratio\r\nred,80,0,?\r\n\r\n,120,1,-20\r\n"
                     b"blue,nan,0,10\r\nblue,1,0,inf\r\nblue,-1,1,3\r\nblue,1\r\nred,,0,\r\n")  # fmt: skip
    rows = tried_rows(path)
    assert [(r["line"], r["refused"], r["column"]) for r in rows] == [
        ("2", "", ""), ("4", "", ""), ("5", "not_a_finite_number", "operating_cost_ratio"),
        ("6", "not_a_finite_number", "equity_ratio"), ("7", "negative_where_impossible", "operating_cost_ratio"),
        ("8", "cells_miscounted", ""), ("9", "", ""),
    ]  # fmt: skip
    good, bad, unknown = (next(r for r in rows if r["line"] == line) for line in ("2", "4", "9"))
    assert int(good["points"]) > int(unknown["points"]) > int(bad["points"])
    assert int(good["grade"]) < int(bad["grade"])
    assert float(good["probability"]) < float(bad["probability"])
    assert int(bad["confidence"]) > int(good["confidence"]) > int(unknown["confidence"]) == 0


def test_a_row_comes_to_what_the_portal_says_of_such_a_buyer(tmp_path: Path):
    path = tmp_path / "firms.csv"
    path.write_text("equity_ratio,current_ratio\n40,1.5\n")
    (row,) = tried_rows(path)
    columns = {"equity_ratio": np.array([40.0]), "current_ratio": np.array([1.5]), "insolvent": np.array([False])}
    same = graded(columns, edition())
    assert (int(row["points"]), int(row["grade"]), int(row["confidence"])) == (
        same.points[0], same.grade[0], same.confidence[0],
    )  # fmt: skip
    assert float(row["probability"]) == same.probability[0] / 10**8


def test_where_the_rest_is_as_with_an_ordinary_buyer_the_level_is_the_one_the_edition_was_set_with(tmp_path: Path):
    # The ratio gives its points; what the file knows nothing of, the 40 an ordinary buyer gets there.
    path = tmp_path / "firms.csv"
    path.write_text("equity_ratio\n40\n")
    (row,) = tried_rows(path)
    card = edition()
    own = next(i for i in card.indicators if i.code == "equity_ratio")
    worth = int(row["points"]) - card.base - sum(i.missing for i in card.indicators if i is not own)
    assert float(row["probability_ordinary"]) == float(default_probability(card.base + worth + 40, 500, 61, 40))


def test_the_order_of_rows_and_columns_does_not_matter(tmp_path: Path):
    lines = [line.split(",") for line in invented(tmp_path / "firms.csv").read_text().split()]
    turned = tmp_path / "turned.csv"
    turned.write_text("\r\n".join(",".join(line[::-1]) for line in [lines[0], *lines[:0:-1]]))
    told = [(r["points"], r["refused"]) for r in tried_rows(tmp_path / "firms.csv")]
    assert [(r["points"], r["refused"]) for r in tried_rows(turned)] == told[::-1]


def polish(path: Path, gone: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Path:
    """Three firms in the columns of the Polish file, lines ending as there; columns emptied, or not there at all."""
    draw = np.random.default_rng(3)
    names = [f"Attr{n}" for n in range(1, 65) if f"Attr{n}" not in without]
    wholes = ("Attr13", "Attr38")  # others are parts of them
    rows = [
        ["?" if name in gone else f"{draw.uniform(0, 1) + (name in wholes):.5g}" for name in names] for _ in range(3)
    ]
    lines = ["@relation '5year-weka.filters'", "", *(f"@attribute {name} numeric" for name in names),
             "@attribute class {0,1}", "", "@data", *(",".join([*row, "?"]) for row in rows)]  # fmt: skip
    path.write_bytes("\r\n".join(lines).encode())
    return path


QUESTIONED = tuple(f"Attr{n}" for n in (11, 21, 22, 27, 37, 41, 42, 45, 60))


@pytest.mark.parametrize("name", ["2026-1", "2026-2", "2026-3", "2026-2-file"])
@pytest.mark.parametrize("how", [{}, {"gone": QUESTIONED}, {"without": QUESTIONED},
                                 {"without": tuple(f"Attr{n}" for n in range(5, 64))}])  # fmt: skip
def test_firms_in_the_polish_columns_are_scored_whatever_is_not_there(tmp_path: Path, name: str, how: dict):
    rows = tried_rows(polish(tmp_path / "firms.arff", **how), columns=POLISH, edition=name)
    assert [r["refused"] for r in rows] == ["", "", ""]
    assert all(0 < float(r["probability"]) < 1 and 1 <= int(r["grade"]) <= 9 for r in rows)


def test_what_two_ratios_leave_is_nothing_where_they_were_rounded_apart_and_impossible_far_below():
    head = ["@relation x", "@attribute Attr38 numeric", "@attribute Attr10 numeric", "@attribute class {0,1}", "@data"]
    found = sample([*head, "0.60,0.601,0", "0.571,0.60,0", "0.569,0.60,1", "0.65,0.60,1"], sources(POLISH))
    assert found.values["long_debt_ratio"].tolist() == pytest.approx([0, 0, 5])
    assert [(r.line, r.code) for r in found.refused] == [(8, "negative_where_impossible")]


def test_a_column_the_edition_does_not_ask_for_refuses_nobody(tmp_path: Path):
    path = tmp_path / "firms.csv"
    path.write_text("equity_ratio,long_debt_cover\n40,-3\n")
    assert [r["refused"] for r in tried_rows(path)] == [""]
    assert [r["refused"] for r in tried_rows(path, edition="2026-2-file")] == ["negative_where_impossible"]


def test_rows_of_which_none_can_be_are_all_refused(tmp_path: Path):
    path = tmp_path / "firms.csv"
    path.write_text("equity_ratio,failed\nnan,1\n40,2\n")
    assert [r["refused"] for r in tried_rows(path)] == ["not_a_finite_number", "failed_is_neither_0_nor_1"]


def test_a_file_without_a_mapping_says_what_is_asked_for(tmp_path: Path):
    with pytest.raises(CommandError, match="--columns"):
        call_command("try_scorecard", polish(tmp_path / "firms.arff"))


@pytest.mark.parametrize("options", [{"edition": "1999-1"}, {"columns": Path("/nowhere.json")},
                                     {"rows": Path("/nowhere/rows.csv")}])  # fmt: skip
def test_trying_what_is_not_there_says_so(tmp_path: Path, options: dict):
    with pytest.raises(CommandError):
        call_command("try_scorecard", invented(tmp_path / "firms.csv"), **options)


# --- training: where requirements-train.txt is installed --------------------------------------------------------------


@pytest.fixture
def learnt():
    return pytest.importorskip("sklearn", reason="requirements-train.txt is not installed: docs/operations.md")


def test_training_prints_both_figures_and_writes_a_card_that_keeps_the_laws(learnt, tmp_path: Path):
    out = StringIO()
    call_command("train_scorecard", invented(tmp_path / "firms.csv"), write="t-1", into=tmp_path, stdout=out)
    text = out.getvalue()
    assert "400 firms read" in text
    assert all(
        f"| {name}, this card |" in text for name in ("as the file is", "questioned columns dropped, gaps filled")
    )
    card = parsed_edition(json.loads((tmp_path / "t-1.json").read_text(), parse_float=Decimal))
    assert sum(i.weight for i in card.indicators) == 100
    trained = [i for i in card.indicators if i.code in CODES]
    assert len(trained) == 4
    for indicator in trained:
        assert indicator.missing <= 0
        if indicator.direction in (UP, DOWN):  # parsed_edition refuses a table that bends; it must also say something
            assert len(indicator.points) >= 1
    assert max(next(i for i in trained if i.code == "equity_ratio").points) > 0
    groups = [i.group for i in card.indicators]
    assert groups == sorted(groups, key=groups.index)  # indicators of a group stand together
    told = (tmp_path / "model-card-t-1.md").read_text()
    assert "400 firms, " in told
    assert all(line in told for line in text.splitlines() if line.startswith("| "))  # both figures, the calibration
    assert all(f"## {part}" in told for part in ("Data and population", "How good it is", "Limits of use", "Editions"))


def test_the_same_file_and_seed_give_the_same_edition(learnt, tmp_path: Path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        call_command("train_scorecard", invented(tmp_path / "f.csv"), write="t-3", into=tmp_path / folder, folds=2,
                     stdout=StringIO(), stderr=StringIO())  # fmt: skip
    assert (tmp_path / "a/t-3.json").read_bytes() == (tmp_path / "b/t-3.json").read_bytes()


def test_the_tables_add_up_to_what_the_card_says(learnt, tmp_path: Path):
    fitting = pytest.importorskip("buyers.training.fitting")
    with invented(tmp_path / "firms.csv").open() as lines:
        firms = sample(lines, sources(None))
    card = fitting.fitted(firms, trainable(), fitting.Settings(missing=True))
    by_hand = []
    for n in range(len(firms.failed)):
        total = card.start
        for table in card.tables:
            value = firms.values[table.spec.code][n]
            whole = round(value * 10**table.spec.digits) if not math.isnan(value) else None
            total += table.missing if whole is None else table.adds[sum(upper < whole for upper in table.uppers)]
        by_hand.append(total)
    assert card.log_odds(firms) == pytest.approx(by_hand)


def test_what_nobody_told_is_worth_no_more_than_nothing(learnt):
    prudent = pytest.importorskip("buyers.training.writing")._prudent
    assert (prudent([4, -5], [0.0, 0.0]), prudent([4, 5], [0.0, 0.0])) == (-5, 0)
    assert prudent([-9, -2, 6], [0.3, 0.1, 0.6]) == -2  # two in five lie at or below it


def test_a_card_is_never_written_over_another(learnt, tmp_path: Path):
    (tmp_path / "t-1.json").write_text("{}")
    with pytest.raises(CommandError, match="never changes"):
        call_command("train_scorecard", invented(tmp_path / "f.csv"), write="t-1", into=tmp_path, stdout=StringIO())
    assert (tmp_path / "t-1.json").read_text() == "{}"


def test_nor_a_model_card_over_another(monkeypatch, tmp_path: Path):
    monkeypatch.setattr("buyers.management.commands.train_scorecard.ABSENT", None)
    (tmp_path / "model-card-t-1.md").write_text("limits of use")
    with pytest.raises(CommandError, match=r"model-card-t-1\.md is there"):
        call_command("train_scorecard", tmp_path / "f.csv", write="t-1", into=tmp_path)


def test_the_reference_card_learns_what_missing_is_worth(learnt, tmp_path: Path):
    call_command("train_scorecard", invented(tmp_path / "f.csv"), write="t-2", into=tmp_path, questioned=True,
                 stdout=StringIO(), stderr=StringIO())  # fmt: skip
    assert (tmp_path / "t-2.json").exists()


@pytest.mark.parametrize("prior", [0, 1, -1])
def test_a_prior_is_a_share(learnt, tmp_path: Path, prior: float):
    with pytest.raises(CommandError, match="between 0 and 1"):
        call_command("train_scorecard", invented(tmp_path / "f.csv"), prior=prior)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"write": "2026-2"}, "never changes"),
        ({"write": "../2026-9"}, "no name of an edition"),
        ({"write": "t-9", "into": Path("/nowhere")}, "there is no folder"),
        ({"folds": 1}, "at least 2"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_is_learnt(monkeypatch, tmp_path: Path, options: dict, words):
    monkeypatch.setattr("buyers.management.commands.train_scorecard.ABSENT", None)
    with pytest.raises(CommandError, match=words):
        call_command("train_scorecard", tmp_path / "no-such-file.csv", **options)


def test_nothing_is_learnt_from_a_handful_of_failures(learnt, tmp_path: Path):
    path = tmp_path / "few.csv"
    path.write_text("\n".join([HEADER, *["0,40,2,30,80"] * 80, *["1,0,1,90,120"] * 49]))
    with pytest.raises(CommandError, match="fewer than 50"):
        call_command("train_scorecard", path, stdout=StringIO())


def test_without_the_training_libraries_the_command_says_what_to_install(monkeypatch, tmp_path: Path):
    monkeypatch.setattr("buyers.management.commands.train_scorecard.ABSENT", "sklearn")
    with pytest.raises(CommandError, match=r"requirements-train\.txt"):
        call_command("train_scorecard", tmp_path / "f.csv")

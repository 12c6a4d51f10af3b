import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pmif.hub import read_table, replace_folder, write_table

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.tuples(words, st.none() | st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
def test_a_table_is_read_back_exactly_as_it_was_written(rows):
    table = pd.DataFrame(rows, columns=["note", "value"]).astype({"note": "str", "value": "float64"})
    with tempfile.TemporaryDirectory() as folder:
        write_table(Path(folder), "table", table)
        pd.testing.assert_frame_equal(read_table(Path(folder), "table"), table, check_exact=True)


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "built"
    with replace_folder(folder) as fresh:
        (fresh / "first").write_text("1", encoding="utf-8")

    with pytest.raises(ZeroDivisionError), replace_folder(folder) as fresh:
        (fresh / "second").write_text("2", encoding="utf-8")
        1 / 0  # noqa: B018

    assert [path.name for path in folder.iterdir()] == ["first"]
    assert list(tmp_path.iterdir()) == [folder], "nothing is left behind"

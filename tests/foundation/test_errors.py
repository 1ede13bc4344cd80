import pickle

from optiflow_lib.errors import DataError


def test_an_error_says_what_where_and_how_to_mend():
    error = DataError(what="2 repeated rows", where="sales.csv", mend="keep one")
    assert str(error) == "2 repeated rows\n  where: sales.csv\n  mend:  keep one"


def test_an_error_comes_back_whole_from_another_process():
    error = pickle.loads(pickle.dumps(DataError(what="a", where="b", mend="c")))
    assert (type(error), error.what, error.where, error.mend) == (DataError, "a", "b", "c")

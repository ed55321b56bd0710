"""Well-known public data sets, downloaded on request. The course never needs them.

Both functions lean on the libraries' own fetchers, which keep what they download in
scikit-learn's data home. What is added here: a limit to the wait, one clear exception when
the data cannot be had, and labels that are 1 for the rare class.
"""

from __future__ import annotations

import http.client
import socket
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.datasets import fetch_openml, get_data_home
from sklearn.utils import Bunch

from imbalance_lab.validation import checked, real

__all__ = ["DatasetUnavailable", "fetch_credit_card_fraud", "fetch_mammography"]

T = TypeVar("T")

_FOLDER = [str, PathLike, None]
_SECONDS = real(0, None, closed="neither")
# What the fetchers raise when the network, the server or the downloaded file is at fault.
# OSError covers URLError, HTTPError and time-outs; ValueError a failed checksum.
_FAILURES = (
    OSError,
    http.client.HTTPException,
    tarfile.TarError,
    zipfile.BadZipFile,
    EOFError,
    ValueError,
    KeyError,
)


class DatasetUnavailable(OSError):
    """Raised when a public data set is neither in the cache nor to be downloaded."""


@contextmanager
def _network_timeout(seconds: float) -> Iterator[None]:
    """Limit each wait for the network: the fetchers have no such parameter of their own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _fetch(load: Callable[[], T], name: str, source: str, folder: str, timeout: float) -> T:
    try:
        with _network_timeout(timeout), warnings.catch_warnings():
            # The exception below says more than these two.
            warnings.filterwarnings("ignore", message="A network error occurred")
            warnings.filterwarnings("ignore", message="Invalid cache")
            return load()
    except _FAILURES as error:
        raise DatasetUnavailable(
            f"Could not load the {name} data. Tried the cache in {folder}, then a download from "
            f"{source}, which failed with {type(error).__name__}: {error}. "
            "No lesson needs these data: go on without them, or use make_transactions() or "
            "load_rare_digits() instead. To get them, connect to the internet and call again; "
            "behind a proxy set the environment variable HTTPS_PROXY; if a download was "
            "interrupted, delete that folder first."
        ) from error


@checked(data_home=_FOLDER, timeout=_SECONDS)
def fetch_credit_card_fraud(
    *, data_home: str | PathLike[str] | None = None, timeout: float = 20.0
) -> tuple[pd.DataFrame, pd.Series]:
    """Fetch the credit card fraud data of Dal Pozzolo et al. from OpenML.

    Transactions of European card holders on two days in September 2013, 492 of 284,807
    fraudulent (0.17%). The first call downloads about 150 MB, later ones read the cache.

    Parameters
    ----------
    data_home : str, path-like or None, default=None
        Folder to keep the data in; ``None`` is scikit-learn's data home.
    timeout : float, default=20.0
        Seconds to wait for each answer of the server before giving up.

    Returns
    -------
    X : DataFrame of shape (284807, 29)
        ``V1`` to ``V28``, principal components of features that are kept secret, and
        ``Amount`` in euros. The column ``Time`` is left out: not every copy has it.
    y : Series of shape (284807,), named "Class"
        1 for fraud, 0 for legitimate.

    Raises
    ------
    DatasetUnavailable
        If the data are not cached and cannot be downloaded.
    ValueError
        If a parameter is of the wrong type, or ``timeout`` is not above 0.

    Notes
    -----
    OpenML data set ``creditcard``, version 1 (id 1597).

    References
    ----------
    A. Dal Pozzolo, O. Caelen, R. A. Johnson and G. Bontempi (2015). Calibrating probability
    with undersampling for unbalanced classification. IEEE Symposium Series on Computational
    Intelligence, 159-166.
    """
    home = str(get_data_home(data_home))

    def load() -> tuple[pd.DataFrame, pd.Series]:
        # By name, because then scikit-learn applies n_retries to its very first request.
        frame = fetch_openml(
            name="creditcard",
            version=1,
            data_home=home,
            as_frame=True,
            n_retries=0,
            target_column="Class",
            # Read the class as a number too, quoted or not: scikit-learn's own reading of
            # unquoted classes fails with pandas 3.1 (scikit-learn issue 34892).
            read_csv_kwargs={"dtype": None, "quotechar": "'"},
        ).frame
        columns = [f"V{i}" for i in range(1, 29)] + ["Amount"]
        return frame[columns].astype(float), frame["Class"].astype(np.int64)

    return _fetch(load, "credit card fraud", "openml.org", f"{home}/openml", timeout)


@checked(data_home=_FOLDER, timeout=_SECONDS)
def fetch_mammography(
    *, data_home: str | PathLike[str] | None = None, timeout: float = 20.0
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Fetch the mammography data through imbalanced-learn.

    Candidate spots on mammograms, 260 of 11,183 of them calcifications (2.3%). The first call
    downloads imbalanced-learn's whole collection of 27 data sets, later ones read the cache.

    Parameters
    ----------
    data_home : str, path-like or None, default=None
        Folder to keep the data in; ``None`` is scikit-learn's data home.
    timeout : float, default=20.0
        Seconds to wait for each answer of the server before giving up.

    Returns
    -------
    X : ndarray of shape (11183, 6)
        Six measurements of each spot.
    y : ndarray of shape (11183,)
        1 for a calcification, 0 for anything else.

    Raises
    ------
    DatasetUnavailable
        If the data are not cached and cannot be downloaded.
    ValueError
        If a parameter is of the wrong type, or ``timeout`` is not above 0.
    """
    # Imported here: imbalanced-learn is slow to import and nothing else in datasets needs it.
    from imblearn.datasets import fetch_datasets

    home = str(get_data_home(data_home))

    def load() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        bunch: Bunch = fetch_datasets(data_home=home, filter_data=("mammography",))["mammography"]
        return bunch.data.astype(float), (bunch.target == 1).astype(np.int64)

    return _fetch(load, "mammography", "zenodo.org", f"{home}/zenodo", timeout)

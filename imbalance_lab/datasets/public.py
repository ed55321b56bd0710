"""Well-known public data sets, downloaded on request. The course never needs them.

`fetch_public` leans on the libraries' own fetchers, which keep what they download in
scikit-learn's data home. What is added here: one door for all, a limit to the wait, one clear
exception when the data cannot be had, and labels that are 1 for the rare class.
"""

from __future__ import annotations

import http.client
import socket
import tarfile
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike

import numpy as np
import pandas as pd
from sklearn.datasets import fetch_openml, get_data_home

from imbalance_lab.validation import checked, one_of, real

#: The sets by name: one of OpenML, then the 27 of imbalanced-learn's collection.
PUBLIC = tuple(
    """
    creditcard
    ecoli optical_digits satimage pen_digits abalone sick_euthyroid spectrometer car_eval_34 isolet
    us_crime yeast_ml8 scene libras_move thyroid_sick coil_2000 arrhythmia solar_flare_m0 oil
    car_eval_4 wine_quality letter_img yeast_me2 webpage ozone_level mammography protein_homo
    abalone_19
    """.split()  # noqa: SIM905 (a list would take a line for each)
)

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


@checked(
    name=one_of(*PUBLIC),
    data_home=[str, PathLike, None],
    timeout=real(0, None, closed="neither"),
)
def fetch_public(
    name: str, *, data_home: str | PathLike[str] | None = None, timeout: float = 20.0
) -> tuple[pd.DataFrame, pd.Series]:
    """Fetch a well-known data set with a rare class.

    The first call downloads, later ones read the cache.

    Parameters
    ----------
    name : str
        ``"creditcard"``: transactions of European card holders on two days of 2013, 492 of 284,807
        fraudulent (0.17%), from OpenML (about 150 MB). Or a name of imbalanced-learn's collection,
        see `PUBLIC` and :func:`imblearn.datasets.fetch_datasets`, such as ``"mammography"``:
        candidate spots, 260 of 11,183 of them calcifications (2.3%). The collection comes as a
        whole, from Zenodo.
    data_home : str, path-like or None, default=None
        Folder to keep the data in; ``None`` is scikit-learn's data home.
    timeout : float, default=20.0
        Seconds to wait for each answer of the server before giving up.

    Returns
    -------
    X : DataFrame of shape (n_samples, n_features)
        Numbers. The cards have ``V1`` to ``V28``, principal components of features that are kept
        secret, and ``Amount`` in euros; ``Time`` is left out, since not every copy has it. The
        collection's columns have no names.
    y : Series of shape (n_samples,), called like the set
        1 for the rare class, 0 for the other.

    Raises
    ------
    DatasetUnavailable
        If the data are not cached and cannot be downloaded.
    ValueError
        If there is no set of that name, a parameter is of the wrong type, or ``timeout`` is not
        above 0.

    References
    ----------
    A. Dal Pozzolo, O. Caelen, R. A. Johnson and G. Bontempi (2015). Calibrating probability
    with undersampling for unbalanced classification. IEEE Symposium Series on Computational
    Intelligence, 159-166.
    """
    home = str(get_data_home(data_home))
    load, source, folder = (
        (_from_openml, "openml.org", "openml")
        if name == "creditcard"
        else (_from_collection, "zenodo.org", "zenodo")
    )
    try:
        with _network_timeout(timeout), warnings.catch_warnings():
            # The exception below says more than these two.
            warnings.filterwarnings("ignore", message="A network error occurred")
            warnings.filterwarnings("ignore", message="Invalid cache")
            X, rare = load(name, home)
            return X.astype(float), pd.Series(rare, dtype=np.int64, name=name)
    except _FAILURES as error:
        raise DatasetUnavailable(
            f"Could not load the data set {name}. Tried the cache in {home}/{folder}, then a "
            f"download from {source}, which failed with {type(error).__name__}: {error}. "
            "No lesson needs these data: go on without them, or use make_transactions() or "
            "load_rare_digits() instead. To get them, connect to the internet and call again; "
            "behind a proxy set the environment variable HTTPS_PROXY; if a download was "
            "interrupted, delete that folder first."
        ) from error


@contextmanager
def _network_timeout(seconds: float) -> Iterator[None]:
    """Limit each wait for the network: the fetchers have no such parameter of their own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _from_openml(name: str, home: str) -> tuple[pd.DataFrame, pd.Series]:
    # By name, because then scikit-learn applies n_retries to its very first request.
    frame = fetch_openml(
        name=name,
        version=1,
        data_home=home,
        as_frame=True,
        n_retries=0,
        target_column="Class",
        # Read the class as a number too, quoted or not: scikit-learn's own reading of unquoted
        # classes fails with pandas 3.1 (scikit-learn issue 34892).
        read_csv_kwargs={"dtype": None, "quotechar": "'"},
    ).frame
    return frame[[*(f"V{i}" for i in range(1, 29)), "Amount"]], frame["Class"].astype(int) == 1


def _from_collection(name: str, home: str) -> tuple[pd.DataFrame, pd.Series]:
    # Imported here: imbalanced-learn is slow to import and nothing else in datasets needs it.
    from imblearn.datasets import fetch_datasets

    found = fetch_datasets(data_home=home, filter_data=(name,))[name]
    return pd.DataFrame(found.data), pd.Series(found.target) == 1

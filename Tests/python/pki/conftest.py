"""Certificates of the samples, written once for all tests of this folder."""

import pytest

from pki.samples import Samples

# Of each profile.
COUNT = 100


@pytest.fixture(scope="session")
def samples(tmp_path_factory):
    return Samples.write(tmp_path_factory.mktemp("certificates") / "samples", COUNT)


@pytest.fixture(scope="session")
def qualified(samples):
    """The hierarchy whose certificates have the shape of qualified ones."""
    return samples.hierarchies["qualified"]


@pytest.fixture(scope="session")
def sandbox_hierarchy(samples):
    return samples.hierarchies["sandbox"]

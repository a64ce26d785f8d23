"""Who counts as one address, and how many of his connections and questions the hub puts up with."""

import pytest

from vocu.errors import RefusedError
from vocu_server.arrivals import Arrivals, Visits


def test_an_address_has_so_many_connections_until_one_is_over() -> None:
    arrivals = Arrivals(2, ())
    first, second = arrivals.enter("192.0.2.1"), arrivals.enter("192.0.2.1")
    assert first is not None
    assert second is not None
    assert arrivals.enter("192.0.2.1") is None
    assert arrivals.enter("192.0.2.2") is not None
    first()
    first()
    assert arrivals.enter("192.0.2.1") is not None
    assert arrivals.enter("192.0.2.1") is None


def test_a_network_of_64_bits_is_one_address() -> None:
    arrivals = Arrivals(1, ())
    assert arrivals.enter("2001:db8::1") is not None
    assert arrivals.enter("2001:db8::ffff:1") is None
    assert arrivals.enter("2001:db8:0:1::1") is not None


def test_ipv4_on_a_socket_of_both_kinds_is_told_apart() -> None:
    arrivals = Arrivals(1, ())
    assert arrivals.enter("::ffff:192.0.2.1") is not None
    assert arrivals.enter("192.0.2.1") is None
    assert arrivals.enter("::ffff:192.0.2.2") is not None


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "::1"])
def test_a_trusted_proxy_may_have_any_number(address: str) -> None:
    arrivals = Arrivals(1, ("10.0.0.0/8", "::1"))
    assert all(arrivals.enter(address) is not None for _ in range(10))


@pytest.mark.parametrize("address", ["unknown", "fe80::1%eth0", "203.0.113.9"])
def test_whatever_a_proxy_says_is_bounded(address: str) -> None:
    visits = Visits(2, ())
    visits.require_few(address)
    visits.require_few(address)
    with pytest.raises(RefusedError) as refused:
        visits.require_few(address)
    assert refused.value.code == "too-many-requests"

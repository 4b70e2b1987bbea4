import pytest

from core.store.samples import LISI, PEOPLE, ZHANGSAN
from roomd_core.access import Caller, caller_of
from roomd_core.errors import NotAllowed

DAEMON = 990


def test_a_unix_user_is_the_person_the_configuration_maps_to_it() -> None:
    caller = caller_of(1000, "zhangsan", PEOPLE, daemon_uid=DAEMON)
    assert caller == Caller(user="unix:zhangsan", mailbox=ZHANGSAN)


def test_a_unix_user_nobody_mentions_is_no_person() -> None:
    assert caller_of(1001, "guest", PEOPLE, daemon_uid=DAEMON) == Caller(user="unix:guest")


@pytest.mark.parametrize("uid", [0, DAEMON])
def test_root_and_the_daemons_user_may_act_for_everybody(uid: int) -> None:
    caller = caller_of(uid, "roomd", PEOPLE, daemon_uid=DAEMON)
    assert caller.may_act_for(ZHANGSAN)
    assert caller.may_act_for(LISI)
    caller.require_may_act_for(LISI, to="book")


def test_everybody_else_acts_for_themselves_and_is_told_so() -> None:
    caller = caller_of(1000, "zhangsan", PEOPLE, daemon_uid=DAEMON)
    caller.require_may_act_for(ZHANGSAN, to="book")
    with pytest.raises(NotAllowed, match=r"unix:zhangsan acts for zhangsan@.* may not cancel this, which is lisi@"):
        caller.require_may_act_for(LISI, to="cancel this")
    with pytest.raises(NotAllowed, match="unix:guest stands for no person"):
        caller_of(1001, "guest", PEOPLE, daemon_uid=DAEMON).require_may_act_for(LISI, to="book")

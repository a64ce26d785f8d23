from sqlalchemy import Engine

from vocu_client.store.preferences import Preference, Preferences


def test_each_officer_keeps_his_own_preferences(engine: Engine) -> None:
    preferences = Preferences(engine)
    preferences.keep("anna", Preference(language="pl", theme="dark"))
    preferences.keep("anna", Preference(language="el", notifications=True))
    assert preferences.of("anna") == Preference(language="el", theme="", notifications=True)
    assert preferences.of("bob") == Preference()

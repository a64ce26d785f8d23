"""The desktop is told of what concerns this country: opt-in, once, and without contents."""

from tests.browser.conftest import Room, SignIn

STUB = """
window.shown = [];
window.Notification = class { constructor(title, options) { window.shown.push({title, ...options}); } };
window.Notification.permission = "default";
window.Notification.requestPermission = async () => (window.Notification.permission = "granted");
"""
"""The edge of the machine: what a desktop shows cannot be seen from here."""


def test_the_desktop_is_told_once_the_officer_wants_it(enter: SignIn, room: Room) -> None:
    de, pl = enter("DE"), enter("PL")
    de.context.add_init_script(STUB)
    de.goto("/desk")
    de.get_by_role("button", name="Switch on").click()
    de.get_by_text("On: this browser tells you").wait_for()
    de.evaluate("Notification.permission = 'granted'")
    pl.goto("/messages/new")
    pl.get_by_label("Chosen countries, and your own desks").check()
    pl.get_by_label("Germany").check()
    pl.get_by_label("Your words").fill("A secret word about Novak")
    pl.get_by_role("button", name="Send the message").click()
    for _ in range(200):  # wait_for_function would take eval, which the pages forbid
        if de.evaluate("window.shown.length"):
            break
        de.wait_for_timeout(50)
    (shown,) = de.evaluate("window.shown")
    assert shown["body"] == "Message – Poland"
    assert "secret" not in str(shown)
    de.get_by_role("button", name="Switch off").click()
    de.get_by_text("No notifications.").wait_for()

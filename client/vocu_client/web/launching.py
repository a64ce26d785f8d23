"""Shows a page in this machine's browser, where it has one."""

import os
import sys
import webbrowser


def show_in_browser(link: str) -> bool:
    """Open the link in a window of the browser. Whether there is one; on a screenless machine a text browser would
    take over the terminal, so none is started there."""
    screen = sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    try:
        return bool(screen) and webbrowser.open(link)
    except webbrowser.Error:
        return False

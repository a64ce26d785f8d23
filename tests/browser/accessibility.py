"""What axe finds on a page that shuts somebody out."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": WCAG}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that changes from light to dark."""


def faults(page: Page, rules: dict[str, object]) -> list[str]:
    """One line for each rule that the page breaks, with the first elements at which it does."""
    violations = Axe().run(page, options=rules).response["violations"]
    return [
        f"{violation['id']}: {[' '.join(node['target']) for node in violation['nodes']][:3]} ({violation['help']})"
        for violation in violations
    ]

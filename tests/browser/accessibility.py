"""What axe finds on a page that shuts somebody out."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": {"type": "tag", "values": WCAG}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
"""All that changes from light to dark."""


def faults(page: Page, rules: dict[str, object]) -> list[str]:
    """One line for each rule that the page breaks, with the first elements at which it does."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    only = {"resultTypes": ["violations"]}  # to tell of all that it finds in order takes several times as long
    violations = page.evaluate("async rules => (await axe.run(rules)).violations", rules | only)
    return [
        f"{violation['id']}: {[' '.join(node['target']) for node in violation['nodes']][:3]} ({violation['help']})"
        for violation in violations
    ]

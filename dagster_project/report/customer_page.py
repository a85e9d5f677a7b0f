"""One customer's life as a page, for whoever is about to call them: what ``ebbline customer`` says on the screen."""

from dagster_project.lists.customer import Life
from dagster_project.report.template import template
from dagster_project.shown import shown


def life_page(life: Life) -> str:
    """Return an HTML page that stands by itself; nothing of an export is obeyed in it."""
    return template("customer.html.j2", shown=lambda value: shown(str(value))).render(life=life)

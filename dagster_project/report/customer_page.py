"""One customer's life as a page, for whoever is about to call them: what ``ebbline customer`` says on the screen."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from dagster_project.lists.customer import Life
from dagster_project.shown import shown


def life_page(life: Life) -> str:
    """Return an HTML page that stands by itself; nothing of an export is obeyed in it."""
    environment = Environment(
        loader=PackageLoader("dagster_project.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = lambda value: shown(str(value))
    return environment.get_template("customer.html.j2").render(life=life)

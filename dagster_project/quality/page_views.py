"""How Data Docs are drawn: GX's own pages, with what they would fetch from the network replaced.

GX's templates take styles, icons and scripts from a dozen servers; where there is no network its pages are blank.
The templates in ``pages/`` go before those of the same name: plain HTML, one small stylesheet inside the page, and
a policy in its head that forbids every request. ``expectations/great_expectations.yml`` names these views. What
stands on a page is GX's business, and which pages there are ``great_expectations_run``'s.
"""

from typing import Any

from great_expectations.render.view.view import DefaultJinjaIndexPageView, DefaultJinjaPageView
from jinja2 import ChoiceLoader, PackageLoader

_OURS = PackageLoader("dagster_project.quality", "pages")


class PageView(DefaultJinjaPageView):
    """The page of a suite, or of its run."""

    def __init__(self, **places: Any) -> None:
        super().__init__(**places)
        theirs = self.env.loader
        assert theirs is not None
        self.env.loader = ChoiceLoader([_OURS, theirs])
        # No template changes while pages are drawn, so none is looked at again for each of its uses.
        self.env.auto_reload = False


class IndexPageView(PageView, DefaultJinjaIndexPageView):
    """The front page: every suite and how its last run ended."""

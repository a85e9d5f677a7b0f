"""The charts, as Vega-Lite documents. Typed figures in, JSON out; no page and no database here.

Colours that must follow light and dark are written ``@name`` and filled in by the page from its own style. Charts
over time and cohorts hold no figures: the page's script gives them those of the segment that the reader chose.
"""

from dagster_project.report.charts.drawing import Document

__all__ = ["Document"]

"""How sure a share of so many people is: the Wilson score interval.

E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); recommended by
R. G. Newcombe, Statistics in Medicine 17 (1998), and by L. D. Brown, T. T. Cai and A. DasGupta, Statistical Science 16
(2001), for its coverage with small samples and shares near 0 and 1.
"""

from math import sqrt

from dagster_project.metrics import WATCHED, Metric, Unit

# 97.5 % quantile of the normal distribution: a two-sided interval of 95 %.
Z95 = 1.959963984540054


def wilson(share: float, trials: int, z: float = Z95) -> tuple[float, float] | None:
    """Return the interval of a share of ``trials``; None where there are none, or the share is no share.

    :param share: successes / trials, 0 to 1.
    :param z: the quantile of the normal distribution that the confidence stands for.
    """
    if trials <= 0 or not 0 <= share <= 1:
        return None
    spread = z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    # At the ends the formula leaves a trace of rounding where 0 and 1 are exact.
    return (0.0 if share == 0 else max(0.0, centre - half)), (
        1.0 if share == 1 else min(1.0, centre + half)
    )


def trials_column(metric: Metric) -> str | None:
    """Return the column that counts the people a share is a share of; None for any other value."""
    parts = [WATCHED.get(metric.numerator), WATCHED.get(metric.denominator)]
    counts_people = all(part is not None and part.unit is Unit.COUNT for part in parts)
    return metric.denominator if metric.unit is Unit.SHARE and counts_people else None

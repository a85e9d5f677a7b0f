"""What the made-up company sells, to whom, and at what price.

Belongs here: fixed vocabularies and price lists. Does not belong here: anything random, anything
about one customer.

Prices are whole currency units and discounts whole percents, so the full amount of any line is an
exact number of cents. Annual prices in EUR and GBP divide by 12; those in USD need not (290 / 12),
which is why monthly values have to be rounded at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

CURRENCIES: Final = ("USD", "EUR", "GBP")
RATES: Final = {"USD": Fraction(1), "EUR": Fraction(108, 100), "GBP": Fraction(127, 100)}
"""Constant rates: units of the reporting currency (USD) for one unit."""

MAIN, ADD_ON = 0, 1


@dataclass(frozen=True)
class Product:
    """A product: its tier orders upgrades, `monthly` and `annual` hold whole units per currency in
    CURRENCIES order.
    """

    product_id: str
    name: str
    role: int
    tier: int
    per_seat: bool
    monthly: tuple[int, int, int]
    annual: tuple[int, int, int] | None


PRODUCTS: Final = (
    Product("prod_free", "Free", MAIN, 0, False, (0, 0, 0), None),
    Product("prod_starter", "Starter", MAIN, 1, False, (29, 27, 24), (290, 276, 240)),
    Product("prod_team", "Team", MAIN, 2, True, (15, 14, 12), (150, 144, 120)),
    Product("prod_business", "Business", MAIN, 3, True, (29, 27, 24), (290, 276, 240)),
    Product("prod_enterprise", "Enterprise", MAIN, 4, True, (59, 55, 49), (590, 552, 492)),
    Product("prod_insights", "Insights add-on", ADD_ON, 1, False, (45, 42, 37), (440, 420, 372)),
    Product("prod_priority", "Priority support", ADD_ON, 1, False, (80, 75, 66), (800, 756, 660)),
)
FREE, STARTER, TEAM, BUSINESS, ENTERPRISE, INSIGHTS, PRIORITY = range(len(PRODUCTS))


@dataclass(frozen=True)
class Price:
    """One price: product x interval x currency. `unit_cents` is minor units; `months` is None for a
    one-time price.
    """

    price_id: str
    product: int | None
    product_id: str
    nickname: str
    currency: int
    unit_cents: int
    months: int | None
    tier: int | None


def _prices() -> tuple[Price, ...]:
    found: list[Price] = []
    for number, product in enumerate(PRODUCTS):
        for months, word, amounts in ((1, "month", product.monthly), (12, "year", product.annual)):
            if amounts is None:
                continue
            for currency, amount in enumerate(amounts):
                code = CURRENCIES[currency]
                stem = product.product_id.removeprefix("prod_")
                found.append(
                    Price(
                        f"price_{stem}_{word}_{code.lower()}",
                        number,
                        product.product_id,
                        f"{product.name} {'monthly' if months == 1 else 'annual'} {code}",
                        currency,
                        amount * 100,
                        months,
                        product.tier,
                    )
                )
    for currency, code in enumerate(CURRENCIES):
        found.append(
            Price(
                f"price_onboarding_{code.lower()}",
                None,
                "prod_onboarding",
                f"Onboarding {code}",
                currency,
                (50000, 45000, 40000)[currency],
                None,
                None,
            )
        )
    return tuple(found)


PRICES: Final = _prices()
PRICE_IDS: Final = tuple(price.price_id for price in PRICES)

# price number by [product, interval (0 month, 1 year), currency]; -1 where there is none
PRICE_OF: Final[npt.NDArray[np.int64]] = np.full(
    (len(PRODUCTS), 2, len(CURRENCIES)), -1, dtype=np.int64
)
for _number, _price in enumerate(PRICES):
    if _price.product is not None:
        PRICE_OF[_price.product, 0 if _price.months == 1 else 1, _price.currency] = _number
ONE_TIME_PRICE_OF: Final[npt.NDArray[np.int64]] = np.array(
    [PRICE_IDS.index(f"price_onboarding_{code.lower()}") for code in CURRENCIES], dtype=np.int64
)
UNIT_CENTS: Final[npt.NDArray[np.int64]] = np.array(
    [price.unit_cents for price in PRICES], dtype=np.int64
)
PRICE_MONTHS: Final[npt.NDArray[np.int64]] = np.array(
    [price.months or 1 for price in PRICES], dtype=np.int64
)
PER_SEAT: Final[npt.NDArray[np.bool_]] = np.array([product.per_seat for product in PRODUCTS])

# country, region, currency, weight
COUNTRIES: Final = (
    ("US", "North America", 0, 34),
    ("CA", "North America", 0, 7),
    ("GB", "Europe", 2, 17),
    ("DE", "Europe", 1, 14),
    ("FR", "Europe", 1, 9),
    ("NL", "Europe", 1, 6),
    ("ES", "Europe", 1, 4),
    ("AU", "Asia Pacific", 0, 5),
    ("SG", "Asia Pacific", 0, 4),
)
INDUSTRIES: Final = (
    "it_services",
    "professional_services",
    "insurance",
    "retail",
    "manufacturing",
    "education",
)
COMPANY_SIZES: Final = ("1-10", "11-50", "51-200", "201-1000", "1000+")
SEGMENTS: Final = ("smb", "mid_market", "enterprise")
CHANNELS: Final = ("organic", "paid_search", "partner", "referral", "outbound", "event")
CAMPAIGNS: Final = (
    "spring_launch",
    "autumn_webinar",
    "partner_week",
    "new_year",
    "benchmark_report",
)
OWNERS: Final = ("amara", "jonas", "li", "noor", "pavel")

FEEDBACK: Final = (
    "too_expensive",
    "missing_features",
    "switched_service",
    "unused",
    "customer_service",
    "too_complex",
    "low_quality",
    "other",
)
FEEDBACK_WEIGHTS: Final = (28, 18, 15, 14, 9, 7, 5, 4)
COMMENTS: Final = (
    "Budget was cut for next year",
    "We need an audit log",
    "Moving to one vendor for everything",
    "The team never really used it",
    "Waited days for an answer",
    "Too many settings for us",
    "Reports were often late",
    "Our company is closing",
)
FAILURE_CODES: Final = ("card_declined", "insufficient_funds", "expired_card")

# product id, name, category, unit price in whole units
GOODS: Final = (
    ("sku_sensor", "Line sensor", "hardware", 120),
    ("sku_gateway", "Site gateway", "hardware", 340),
    ("sku_cable", "Cable set", "accessories", 25),
    ("sku_mount", "Wall mount", "accessories", 18),
    ("sku_labels", "Label roll", "consumables", 12),
    ("sku_cartridge", "Filter cartridge", "consumables", 46),
    ("sku_training", "Training day", "services", 650),
)
ORDER_STATUSES: Final = ("completed", "partially_refunded", "refunded", "cancelled")
COUNTED_ORDER_STATUSES: Final = 2
"""The first two of ORDER_STATUSES are purchases; refunded and cancelled orders are not."""

FEATURES: Final = (
    ("Dashboard Viewed", "dashboards"),
    ("Report Exported", "reports"),
    ("Alert Created", "alerts"),
    ("Integration Connected", "integrations"),
    ("Member Invited", "team"),
    ("API Called", "api"),
    ("Query Run", "explorer"),
    ("Project Created", "projects"),
)

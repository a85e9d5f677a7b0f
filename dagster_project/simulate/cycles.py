"""Billing cycles: every subscription of a round, one period after the other, until it ends or the
window does.

Belongs here: renewal, payment, the decision to leave. Does not belong here: what happens inside a
period (changes), which subscriptions begin (starts).
"""

from __future__ import annotations

import numpy as np

from dagster_project.simulate import catalog
from dagster_project.simulate.calendar import (
    DAY,
    Bools,
    Floats,
    Ints,
    Window,
)
from dagster_project.simulate.changes import Periods, Plan, Service, is_bad, other_plan
from dagster_project.simulate.customers import Customers, pick
from dagster_project.simulate.cycle_state import State, add_months
from dagster_project.simulate.ledger import (
    ACTIVE,
    CANCELED,
    CREATE,
    CYCLE,
    DUNNING_DAYS,
    GIVE_UP_DAYS,
    LINE_FULL,
    LINE_ONE_OFF,
    NEVER,
    NO_END,
    NO_SECOND,
    OPEN,
    PAID,
    PAST_DUE,
    PAYMENT_FAILED,
    REQUESTED,
    TRIALING,
    UNCOLLECTIBLE,
    VOID,
    Ledger,
    Subscriptions,
    take,
)
from dagster_project.simulate.starts import Outcome, Starts


class Round:
    """Bills a set of subscriptions from their start to their end, one billing cycle at a time."""

    def __init__(
        self, rng: np.random.Generator, customers: Customers, window: Window, ledger: Ledger
    ) -> None:
        self.rng = rng
        self.customers = customers
        self.window = window
        self.ledger = ledger
        self.service = Service(rng, window, ledger)

    def bill(self, starts: Starts) -> Outcome:
        """Simulate the subscriptions and record them; gives back how they ended."""
        number = self.ledger.number_subscriptions(len(starts))
        currency = self.customers.currency[starts.customer]
        state = State.beginning(starts, number, currency, self.window)
        paid_from = state.anchor // DAY
        never_paid = self._trials(starts, state)
        while True:
            now = np.flatnonzero(state.alive & (state.current < self.window.end_second))
            if len(now) == 0:
                break
            self._cycle(starts, state, now)
        self._record(starts, state)
        end_day = np.where(state.end_day <= self.window.until_day, state.end_day, NEVER)
        return Outcome(
            customer=starts.customer,
            paid_from_day=paid_from,
            end_day=end_day,
            over=(end_day != NEVER) & ~never_paid,
            product=state.product,
            quantity=state.quantity,
        )

    def _record(self, starts: Starts, state: State) -> None:
        reason = pick(self.rng, catalog.FEEDBACK_WEIGHTS, len(starts))
        self.ledger.subscriptions.append(
            Subscriptions(
                customer=starts.customer,
                role=starts.role,
                started=state.started,
                trial_end=state.trial_end,
                status=state.status,
                request=state.request,
                at_period_end=state.at_period_end.astype(np.int64),
                ended=state.ended,
                end_day=np.where(state.end_day <= self.window.until_day, state.end_day, NEVER),
                why=state.why,
                feedback=np.where(state.why == REQUESTED, reason, -1),
                discount=starts.discount,
                price=catalog.PRICE_OF[state.product, state.annual, state.currency],
                quantity=state.quantity,
                period_start=state.period_start,
                period_end=state.period_end,
            )
        )

    # -- trials --------------------------------------------------------------------------------

    def _trials(self, starts: Starts, state: State) -> Bools:
        """Record trials and end those that do not convert; gives back who has paid nothing yet."""
        window_end = self.window.end_second
        trial = state.trial_end >= 0
        self._trial_lines(starts, state, np.flatnonzero(trial & (state.started < window_end)))
        refused = trial & ~starts.trial_converts
        asked = state.trial_end - self.rng.integers(DAY, 10 * DAY, len(starts))
        told = refused & (asked < window_end)
        state.request[told] = asked[told]
        state.at_period_end[told] = True
        state.why[told] = REQUESTED
        over = refused & (state.trial_end < window_end)
        state.ended[over], state.status[over] = state.trial_end[over], CANCELED
        state.end_day[refused] = state.trial_end[refused] // DAY
        running = state.trial_end >= window_end
        state.status[running] = TRIALING
        state.alive &= ~refused
        return refused | running

    def _trial_lines(self, starts: Starts, state: State, on: Ints) -> None:
        price = catalog.PRICE_OF[state.product[on], state.annual[on], state.currency[on]]
        zero = np.zeros(len(on), dtype=np.int64)
        invoice = self.ledger.invoice(
            customer=starts.customer[on],
            subscription=state.number[on],
            reason=CREATE,
            issued=state.started[on],
            status=PAID,
            paid=state.started[on],
            total_cents=zero,
        )
        self.ledger.line(
            invoice=invoice,
            subscription=state.number[on],
            kind=LINE_FULL,
            price=price,
            quantity=state.quantity[on],
            gross_cents=zero,
            start=state.started[on],
            end=state.trial_end[on],
        )
        self.ledger.piece(
            subscription=state.number[on],
            price=price,
            quantity=state.quantity[on],
            discount=0,
            full_cents=0,
            currency=state.currency[on],
            start=state.started[on],
            end=state.trial_end[on],
        )

    # -- one cycle -----------------------------------------------------------------------------

    def _cycle(self, starts: Starts, state: State, now: Ints) -> None:
        """Bill one period of each of the subscriptions `now`."""
        months = np.where(state.annual[now] == 1, 12, 1)
        periods = Periods(
            row=now,
            number=state.number[now],
            customer=starts.customer[now],
            currency=state.currency[now],
            role=starts.role[now],
            cycle=state.cycle[now],
            product=state.product[now],
            annual=state.annual[now],
            quantity=state.quantity[now],
            discount=np.where(state.discount_left[now] > 0, starts.discount[now], 0),
            start=state.current[now],
            end=add_months(state.anchor[now], (state.cycle[now] + 1) * months),
        )
        state.period_start[now], state.period_end[now] = periods.start, periods.end
        fate = self._fates(periods)
        self._invoices(periods, fate)
        self._end_uncounted(state, take(periods, np.isin(fate, (UNCOLLECTIBLE, VOID))), fate)
        self._end_unpaid(state, take(periods, fate == OPEN))

        live = take(periods, fate == PAID)
        served = self.service.serve(live)
        state.product[live.row], state.quantity[live.row] = (
            served.plan.product,
            served.plan.quantity,
        )
        self._end_cut(state, live.row, served.cut)
        self._renew(starts, state, take(live, served.cut < 0))

    def _fates(self, periods: Periods) -> Ints:
        """Status of the period's first invoice: paid, open (never paid), uncollectible, void.

        What would be given up or voided only after the window is not so in the exports.
        """
        left = self.window.end_second - periods.start
        roll = self.rng.random(len(periods))
        risk = 1.6 - 1.2 * self.customers.engagement[periods.customer]
        renewal = (periods.cycle > 0) & (periods.full > 0)
        fate = np.full(len(periods), PAID, dtype=np.int64)
        fate[renewal & (roll < 0.0065 * risk)] = OPEN
        given_up = renewal & (roll >= 0.980) & (roll < 0.9812)
        fate[given_up] = np.where(left[given_up] > GIVE_UP_DAYS * DAY, UNCOLLECTIBLE, OPEN)
        fate[renewal & (roll >= 0.990) & (roll < 0.9912) & (left > 2 * DAY)] = VOID
        return fate

    def _invoices(self, periods: Periods, fate: Ints) -> None:
        rng, window_end = self.rng, self.window.end_second
        size = len(periods)
        start, full = periods.start, periods.full
        first = periods.cycle == 0
        setup = np.flatnonzero(first & (rng.random(size) < 0.06) & (periods.gross > 0))
        setup_price = catalog.ONE_TIME_PRICE_OF[periods.currency]
        setup_cents = np.zeros(size, dtype=np.int64)
        setup_cents[setup] = catalog.UNIT_CENTS[setup_price[setup]]
        total = full + setup_cents
        slow = rng.random(size) < 0.05
        wait = np.where(slow, rng.integers(2 * DAY, 9 * DAY, size), rng.integers(600, 7200, size))
        wait = np.where(total == 0, 0, wait)
        in_time = (fate == PAID) & (start + wait < window_end)
        closed = start + np.where(fate == VOID, DAY, GIVE_UP_DAYS * DAY)
        invoice = self.ledger.invoice(
            customer=periods.customer,
            subscription=periods.number,
            reason=np.where(first, CREATE, CYCLE),
            issued=start,
            # what is paid after the window is still open in the exports
            status=np.where((fate == PAID) & ~in_time, OPEN, fate),
            paid=np.where(in_time, start + wait, NO_SECOND),
            closed=np.where(np.isin(fate, (VOID, UNCOLLECTIBLE)), closed, NO_SECOND),
            total_cents=total,
        )
        self.ledger.line(
            invoice=invoice,
            subscription=periods.number,
            kind=LINE_FULL,
            price=periods.price,
            quantity=periods.quantity,
            gross_cents=periods.gross,
            discount_cents=periods.gross - full,
            start=start,
            end=periods.end,
        )
        self.ledger.line(
            invoice=invoice[setup],
            subscription=periods.number[setup],
            kind=LINE_ONE_OFF,
            price=setup_price[setup],
            quantity=1,
            gross_cents=setup_cents[setup],
            start=start[setup],
            end=start[setup],
        )
        mistaken = (fate == PAID) & (rng.random(size) < 0.003) & ~first & (periods.gross > 0)
        self._reissued(take(periods, mistaken & (start + DAY < window_end)))

    def _reissued(self, periods: Periods) -> None:
        """A voided invoice without the discount beside each of these, which are its corrected
        reissue.
        """
        invoice = self.ledger.invoice(
            customer=periods.customer,
            subscription=periods.number,
            reason=CYCLE,
            issued=periods.start,
            status=VOID,
            paid=np.full(len(periods), NO_SECOND, dtype=np.int64),
            closed=periods.start + DAY // 2,
            total_cents=periods.gross,
        )
        self.ledger.line(
            invoice=invoice,
            subscription=periods.number,
            kind=LINE_FULL,
            price=periods.price,
            quantity=periods.quantity,
            gross_cents=periods.gross,
            start=periods.start,
            end=periods.end,
        )

    # -- ends ----------------------------------------------------------------------------------

    def _end_uncounted(self, state: State, periods: Periods, fate: Ints) -> None:
        """Renewals that were voided count for nothing: service ended with the period before. What
        was never collected counts until it was given up, and the subscription with it.
        """
        gone = periods.row
        void = fate[np.isin(fate, (UNCOLLECTIBLE, VOID))] == VOID
        given_up = take(periods, ~void)
        self._piece(given_up, given_up.start + GIVE_UP_DAYS * DAY)
        state.alive[gone] = False
        state.end_day[gone] = periods.start // DAY
        state.ended[gone] = periods.start + np.where(void, 0, GIVE_UP_DAYS * DAY)
        state.request[gone] = state.ended[gone]
        state.status[gone] = CANCELED
        state.why[gone] = np.where(void, REQUESTED, PAYMENT_FAILED)

    def _end_unpaid(self, state: State, periods: Periods) -> None:
        """Renewals nobody pays count for the dunning days, then stop."""
        gone = periods.row
        stop = np.minimum(periods.end, periods.start + DUNNING_DAYS * DAY)
        state.alive[gone] = False
        state.end_day[gone] = stop // DAY
        over = stop // DAY <= self.window.until_day
        state.ended[gone] = np.where(over, stop, NO_SECOND)
        state.request[gone] = state.ended[gone]
        state.status[gone] = np.where(over, CANCELED, PAST_DUE)
        state.why[gone] = np.where(over, PAYMENT_FAILED, NO_END)
        self._piece(periods, stop)

    def _piece(self, periods: Periods, end: Ints) -> None:
        """Count the periods' full price until ``end``."""
        self.ledger.piece(
            subscription=periods.number,
            price=periods.price,
            quantity=periods.quantity,
            discount=periods.discount,
            full_cents=periods.full,
            currency=periods.currency,
            start=periods.start,
            end=end,
        )

    def _end_cut(self, state: State, rows: Ints, cut: Ints) -> None:
        gone, when = rows[cut >= 0], cut[cut >= 0]
        state.alive[gone] = False
        state.end_day[gone] = when // DAY
        state.ended[gone], state.request[gone] = when, when
        state.status[gone], state.why[gone] = CANCELED, REQUESTED

    def _renew(self, starts: Starts, state: State, periods: Periods) -> None:
        """Let some leave at the end of the period, and move the others on to the next."""
        chance = self._leave_chance(periods)
        leaves = self.rng.random(len(periods)) < chance
        leaves |= periods.end // DAY >= starts.hard_stop_day[periods.row]
        length = periods.end - periods.start
        asked = periods.start + (self.rng.random(len(periods)) * length).astype(np.int64)
        self._end_at_period_end(state, take(periods, leaves), asked[leaves])

        stays = take(periods, ~leaves)
        state.current[stays.row] = stays.end
        state.cycle[stays.row] += 1
        state.discount_left[stays.row] -= np.where(stays.annual == 1, 12, 1)
        self._change_with_renewal(state, stays)

    def _leave_chance(self, periods: Periods) -> Floats:
        """Chance that the period is the last one: higher early, unengaged, yearly, in the bad
        quarter.
        """
        annual = periods.annual == 1
        engagement = self.customers.engagement[periods.customer]
        chance = 0.034 * (1.75 - 1.9 * engagement).clip(0.12)
        chance = chance * np.where(periods.cycle < 3, 1.35, 1.0)
        chance = np.where(annual, chance * 5.5, chance)
        bad = is_bad(self.window, periods.end)
        chance = np.where(bad, chance * np.where(annual, 2.5, 7.5), chance)
        return np.asarray(np.minimum(chance, 0.75), dtype=np.float64)

    def _end_at_period_end(self, state: State, periods: Periods, asked: Ints) -> None:
        window_end = self.window.end_second
        gone = periods.row
        known = asked < window_end
        over = periods.end < window_end
        state.alive[gone] = False
        state.end_day[gone] = periods.end // DAY
        state.request[gone] = np.where(known, asked, NO_SECOND)
        state.at_period_end[gone] = known
        state.ended[gone] = np.where(over, periods.end, NO_SECOND)
        state.status[gone] = np.where(over, CANCELED, ACTIVE)
        state.why[gone] = np.where(known, REQUESTED, NO_END)

    def _change_with_renewal(self, state: State, periods: Periods) -> None:
        """Plan, seats or interval changed with the renewal itself: no proration."""
        rows = periods.row
        roll = self.rng.random(len(rows))
        main = periods.role == catalog.MAIN
        plan = Plan(state.product[rows], state.quantity[rows])
        other = other_plan(self.rng, plan, is_bad(self.window, periods.end))
        change = main & (roll < 0.012)
        state.product[rows[change]] = other.product[change]
        state.quantity[rows[change]] = other.quantity[change]
        turned = rows[main & (roll > 0.988) & (state.product[rows] != catalog.FREE)]
        state.annual[turned] = 1 - state.annual[turned]
        # the cycle counts periods since the anchor: put the anchor one new period back
        state.cycle[turned] = 1
        back = -np.where(state.annual[turned] == 1, 12, 1)
        state.anchor[turned] = add_months(state.current[turned], back)

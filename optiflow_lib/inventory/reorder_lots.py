"""Best reorder point and lot together, (r, Q) under continuous review and normal demand over the lead time."""

from dataclasses import dataclass
from statistics import NormalDist

from optiflow_lib.errors import PolicyError
from optiflow_lib.inventory.lot_sizing import economic_order_quantity
from optiflow_lib.inventory.policy import second_order_loss, standard_loss

_NORMAL = NormalDist()
_ROUNDS = 200  # of the iteration between r and Q; a dozen are usual


def approximate_reorder_lot(
    fixed_cost: float, holding_cost: float, shortage_cost: float, *, demand: float, mean: float, sd: float
) -> tuple[float, float, float]:
    """Reorder point, lot and yearly cost, ``h(r − μ + Q/2) + Kλ/Q + pλ n(r)/Q``; stock is taken as if nothing were short.

    Args:
        fixed_cost: K, of one order, money.
        holding_cost: h, of one unit for a year.
        shortage_cost: p, of one unit short, however long.
        demand: λ, units a year.
        mean: μ, demand over the lead time.
        sd: Its standard deviation.

    Raises:
        PolicyError: the shortage cost is too small for an order ever to be due.

    Source:
        Snyder & Shen, Fundamentals of Supply Chain Theory, 2nd ed., Example 5.2 (Hadley & Whitin's iteration).
    """
    lot, _ = economic_order_quantity(fixed_cost, holding_cost, demand)
    for _ in range(_ROUNDS):
        short_share = holding_cost * lot / (shortage_cost * demand)
        if short_share >= 1:
            raise PolicyError(
                what=f"a shortage cost of {shortage_cost} is less than holding a lot of {lot:g}",
                where="approximate_reorder_lot",
                mend="give a shortage cost above holding_cost × lot / demand",
            )
        k = _NORMAL.inv_cdf(1 - short_share)
        short = sd * standard_loss(k)
        previous, lot = lot, (2 * demand * (fixed_cost + shortage_cost * short) / holding_cost) ** 0.5
        if abs(lot - previous) < 1e-12 * lot:
            break
    reorder_point = mean + k * sd
    held = holding_cost * (reorder_point - mean + lot / 2)
    return reorder_point, lot, held + demand * (fixed_cost + shortage_cost * short) / lot


def exact_reorder_lot(
    fixed_cost: float, holding_cost: float, shortage_cost: float, *, demand: float, mean: float, sd: float
) -> tuple[float, float, float]:
    """Reorder point, lot and yearly cost under backorders, `shortage_cost` per unit **and year**.

    The position after ordering is uniform on (r, r + Q], so the cost is ``(Kλ + ∫_r^{r+Q} g(y) dy) / Q`` with
    ``g(y) = h E(y − X)⁺ + p E(X − y)⁺``; at the optimum ``g(r) = g(r + Q)`` equals the cost.

    Source:
        Zheng (1992), On properties of stochastic inventory systems, Management Science 38(1).
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - not in a dashboard's kernel

    of = _Costs(holding_cost, shortage_cost, mean, sd)
    best = mean + sd * _NORMAL.inv_cdf(shortage_cost / (shortage_cost + holding_cost))

    def top(reorder_point: float) -> float:
        far = best + sd
        while of.rate(far) < of.rate(reorder_point):
            far = best + 2 * (far - best)
        return float(brentq(lambda level: of.rate(level) - of.rate(reorder_point), best, far, xtol=1e-11))

    def gap(reorder_point: float) -> float:
        upper = top(reorder_point)
        lot = upper - reorder_point
        return fixed_cost * demand + of.area(reorder_point, upper) - of.rate(reorder_point) * lot

    low = best - sd
    while gap(low) > 0:
        low -= sd
    reorder_point = float(brentq(gap, low, best, xtol=1e-11))
    return reorder_point, top(reorder_point) - reorder_point, of.rate(reorder_point)


@dataclass(frozen=True)
class _Costs:
    """Holding and backorder cost a year at a position, and its integral."""

    holding_cost: float
    shortage_cost: float
    mean: float
    sd: float

    def rate(self, level: float) -> float:
        over = level - self.mean
        both = self.holding_cost + self.shortage_cost
        return self.holding_cost * over + both * self.sd * standard_loss(over / self.sd)

    def area(self, low: float, high: float) -> float:
        z_low, z_high = (low - self.mean) / self.sd, (high - self.mean) / self.sd
        short = self.sd**2 * (second_order_loss(z_low) - second_order_loss(z_high))
        held = self.holding_cost * ((high - self.mean) ** 2 - (low - self.mean) ** 2) / 2
        return held + (self.holding_cost + self.shortage_cost) * short

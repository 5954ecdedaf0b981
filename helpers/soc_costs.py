# SPDX-License-Identifier: Apache-2.0
"""What the timing model rests on: one table of costs per SoC, each value with its unit, status and source.

- `soc_costs(soc)` is the table; `soc_costs(soc, dram_bandwidth=5.12e10)` replaces values by the caller's own
- `Cost` is one value, `SocCosts` a table; `SocCosts.ends()` are tables of the ends of its values' ranges
"""

from __future__ import annotations

import dataclasses
import math
import numbers
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from helpers.contract import check_choice
from helpers.errors import ArgumentTypeError, ArgumentValueError
from helpers.soc import find_soc

STATUSES = ("documented", "measured", "derived", "fitted", "assumed", "unknown", "user")

_INI = "CANN 8.1.RC1, data/platform_config/<SoC>.ini"
_TOOL = "Ascend/msopprof, data_visualize_const.h"
_ADD = "asc-devkit sample add_high_performance"
_COPY = "asc-devkit sample data_copy"
_BANK = "asc-devkit sample bank_conflict_ub"
_SAMPLES = "Ascend/msopprof sample kernels on 910B4"
_GE = "hicann/ge, perf_param_v1.cpp"
_PTO = "hw-native-sys/pto-isa, costmodel/a2a3"
_KIT = "Atlas 200I DK A2 specification: LPDDR4X 3200 Mb/s x 64 bit"
_NONE = "no public source"


@dataclass(frozen=True)
class Cost:
    """One value of the model.

    Attributes:
        value: None where no source gives one.
        unit: such as "B/s".
        status: "documented", "measured" (published), "derived" (arithmetic on these), "fitted" to published timings,
            "assumed", "unknown", or "user" for a value of the caller's.
        source: where it comes from.
        low, high: what sources that disagree, or the spread of what it was fitted to, allow; equal to value if not.
        more_is_faster: whether a larger value makes a kernel faster.
    """

    value: float | None
    unit: str
    status: str
    source: str
    low: float | None = None
    high: float | None = None
    more_is_faster: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", self.value if self.low is None else self.low)
        object.__setattr__(self, "high", self.value if self.high is None else self.high)

    def __str__(self) -> str:
        shown = "none" if self.value is None else f"{self.value:.6g} {self.unit}"
        spread = "" if self.low == self.high else f", {self.low:.6g} to {self.high:.6g}"
        return f"{shown}{spread} ({self.status}: {self.source})"


@dataclass(frozen=True)
class SocCosts(Mapping[str, Cost]):
    """The costs of one SoC, by name."""

    soc: str
    costs: Mapping[str, Cost]
    end: str = "value"  # of the ranges of vector instructions: "value", "low" (fastest) or "high"

    def __getitem__(self, name: str) -> Cost:
        return self.costs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.costs)

    def __len__(self) -> int:
        return len(self.costs)

    def value(self, name: str) -> float:
        """The value called `name`. Raises ArgumentValueError if no source gives one and the caller did not."""
        cost = self.costs[name]
        if cost.value is None:
            raise ArgumentValueError(
                name,
                None,
                f"a value of your own: for {self.soc} {cost.source}, and none is guessed. "
                f"Next: give it in {cost.unit}, "
                f"as model_time(r.stream, r.soc, {{{name!r}: ...}}) or, from a shell, by --cost {name}=...",
            )
        return cost.value

    def replaced(self, **values: float) -> SocCosts:
        """This table with values of the caller's, in the table's units; a range shrinks to the value."""
        costs = dict(self.costs)
        for name, value in values.items():
            check_choice("costs", name, tuple(costs))
            if isinstance(value, bool) or not isinstance(value, numbers.Real):
                raise ArgumentTypeError(name, value, f"a number of {costs[name].unit}")
            if problem := _problem(costs[name], float(value)):
                raise ArgumentValueError(name, value, problem)
            costs[name] = dataclasses.replace(
                costs[name], value=float(value), low=float(value), high=float(value), status="user", source="given"
            )
        return SocCosts(self.soc, costs, self.end)

    def ends(self, starts_matter: bool = True) -> tuple[SocCosts, ...]:
        """Tables with every value at its faster end, and with every value at its slower end.

        Cores that start further apart may be faster (they load while others compute) or slower: with `starts_matter`
        each of the two comes with either end of the spread, and with the value between.
        """
        start = self.costs["start_span"]
        spans = sorted({start.low, start.value, start.high}) if starts_matter else [start.value]
        return tuple(self._at_end(faster, span) for faster in (True, False) for span in spans)

    def _at_end(self, faster: bool, start_span: float) -> SocCosts:
        costs = {
            name: dataclasses.replace(cost, value=cost.high if cost.more_is_faster == faster else cost.low)
            for name, cost in self.costs.items()
        }
        costs["start_span"] = dataclasses.replace(costs["start_span"], value=start_span)
        return SocCosts(self.soc, costs, "low" if faster else "high")

    def statuses(self, names: Iterable[str] | None = None) -> str:
        """How many of the values called `names` (all by default) have which status, in one line."""
        chosen = [self.costs[name].status for name in (self.costs if names is None else names)]
        # "measured" is a word for beside a source; `table` has the sources
        words = {status: status for status in STATUSES} | {"measured": "from published timings"}
        return ", ".join(f"{chosen.count(status)} {words[status]}" for status in STATUSES if status in chosen)

    def table(self) -> str:
        """All values as text, a line each."""
        width = max(map(len, self.costs))
        return "\n".join(f"{name:<{width}}  {cost}" for name, cost in self.costs.items())

    def __str__(self) -> str:
        return f"costs of {self.soc}: {self.statuses()}"

    __repr__ = __str__


def _problem(cost: Cost, value: float) -> str:
    """What is wrong with a value of the caller's; nothing if empty."""
    if cost.unit == "cores":
        return "" if value >= 1 and value == int(value) else "a whole number of cores, from 1"
    if cost.unit == "share":
        return "" if 0 < value <= 1 else "a share above 0, at most 1"
    fits = math.isfinite(value) and (value > 0 or (value == 0 and not cost.more_is_faster))
    return "" if fits else f"a number of {cost.unit} above 0"


def soc_costs(soc: str, **replaced: float) -> SocCosts:
    """The costs of `soc`, some replaced by the caller's.

    Raises:
        ArgumentValueError, ArgumentTypeError: no such SoC, no such cost, or a value that is no positive number.
    """
    found = find_soc(soc)
    common = _of_910b(found.name) if found.family == "ascend910b" else _of_310b(found.name)
    cores = {"vector_cores": Cost(found.vector_cores, "cores", "documented", _INI)}
    return SocCosts(found.name, {**cores, **common}).replaced(**replaced)


# clock MHz, L2 bytes, DRAM B/s from the tool's table, its lowest other source, with the other HBM vendor, L2 B/s
_910B = {
    "Ascend910B1": (1850, 201326592, 1.80e12, 1.60e12, 1.34e12, 8.0e12),
    "Ascend910B2": (1800, 201326592, 1.75e12, 1.60e12, 1.30e12, 7.78e12),
    "Ascend910B2C": (1800, 201326592, None, None, None, 7.78e12),
    "Ascend910B3": (1800, 201326592, 1.75e12, 1.60e12, 1.30e12, 7.78e12),
    "Ascend910B4": (1650, 100663296, 0.80e12, 0.80e12, 1.25e12, 4.0e12),
    "Ascend910B4-1": (1650, 176160768, 0.80e12, 0.80e12, 1.25e12, 4.0e12),
}
# Published: an output of 0.67 of L2 stays in it (Add, L2 bypass), a matrix of 1.5 of L2 does not (data_copy, 5).
_L2_KEPT = Cost(
    0.83,
    "share",
    "assumed",
    f"half way from {_ADD}, where 134 MB of 201 MB stay, to all of L2",
    0.67,
    1.0,
    more_is_faster=True,
)
_FITTED_ON = ("Ascend910B1", "Ascend910B4")


def _of_910b(soc: str) -> dict[str, Cost]:
    clock, l2_bytes, dram, dram_low, dram_of_other_vendor, l2 = _910B[soc]
    fitted = "fitted" if soc in _FITTED_ON else "assumed"  # boards of the other names were not timed in public
    on_add = "fitted" if soc == "Ascend910B1" else "assumed"
    conflict = clock == 1650
    lower = "" if dram == dram_low else "; the operator guides also say 1.6 TB/s"
    dram_source = f"{_TOOL}{lower}; boards with the other HBM vendor have {dram_of_other_vendor or 0:.3g} B/s"
    return {
        "clock": Cost(
            clock * 1e6,
            "Hz",
            "documented",
            f"{_TOOL}; {_INI} says 1500 MHz" if conflict else f"{_TOOL}; {_INI}",
            1.5e9 if conflict else None,
            1.65e9 if conflict else None,
            more_is_faster=True,
        ),
        "l2_bytes": Cost(l2_bytes, "B", "documented", _INI, more_is_faster=True),
        "l2_kept": _L2_KEPT,
        "dram_bandwidth": Cost(
            dram,
            "B/s",
            "unknown" if dram is None else "documented",
            "no public source gives the memory bandwidth" if dram is None else dram_source,
            dram_low,
            dram,
            more_is_faster=True,
        ),
        "dram_share": Cost(
            0.88, "share", fitted, f"{_ADD}, double buffer; {_SAMPLES}", 0.85, 0.89, more_is_faster=True
        ),
        "dram_read_share": Cost(
            0.83, "share", on_add, f"{_COPY}, scenarios 3 and 5; {_ADD}, L2 bypass", 0.80, 0.84, more_is_faster=True
        ),
        "l2_bandwidth": Cost(
            l2,
            "B/s",
            "documented",
            f"{_TOOL}; matmul and copy samples say 5.0 and 5.2 TB/s",
            l2 * 5.0 / 8.0,
            l2,
            more_is_faster=True,
        ),
        "read_per_cycle": Cost(64, "B/cycle", fitted, f"{_INI} ub_to_l2; {_COPY}, scenario 6", more_is_faster=True),
        "write_per_cycle": Cost(86, "B/cycle", "documented", f"{_INI} l2_write; {_SAMPLES}", more_is_faster=True),
        "read_latency": Cost(225, "ns", fitted, f"{_ADD}, one core; {_SAMPLES}: two loads a tile", 215, 240),
        "write_latency": Cost(100, "ns", fitted, f"{_ADD}, one core; {_SAMPLES}", 95, 116),
        "read_issue": Cost(20.6, "cycles", on_add, f"{_COPY}, scenario 1; {_GE} says 27", 20.6, 27),
        "write_issue": Cost(12.1, "cycles", "documented", _GE),
        **_vector_costs("measured"),
        "scalar_access": Cost(11.4, "cycles", on_add, f"{_ADD}, scalar loop: three accesses an element"),
        "hand_off": Cost(10, "ns", "assumed", "the scalar unit's part in a flag", 0, 20),
        "start_span": Cost(2000, "ns", "assumed", "cores do not start together", 500, 4000),
        "init": Cost(1600, "ns", fitted, f"{_SAMPLES}, one kernel", 1000, 2300),
        "head": Cost(500, "ns", "assumed", f"two points: {_ADD}; {_SAMPLES}", 400, 900),
        "head_per_core": Cost(
            120, "ns", "assumed", f"two points: {_ADD}; a guide says 20 us for an empty kernel", 43, 400
        ),
    }


def _of_310b(soc: str) -> dict[str, Cost]:
    large = soc != "Ascend310B4"
    clock = 1224 if large else 500
    assumed = "nothing is published for this family"
    return {
        "clock": Cost(clock * 1e6, "Hz", "documented", _INI, more_is_faster=True),
        "l2_bytes": Cost(4194304, "B", "documented", _INI, more_is_faster=True),
        "l2_kept": _L2_KEPT,
        "dram_bandwidth": Cost(
            None if large else 25.6e9,
            "B/s",
            "unknown" if large else "derived",
            "no public source gives the memory bandwidth" if large else _KIT,
            more_is_faster=True,
        ),
        "dram_share": Cost(0.80, "share", "assumed", assumed, 0.70, 0.88, more_is_faster=True),
        "dram_read_share": Cost(0.80, "share", "assumed", assumed, 0.70, 0.88, more_is_faster=True),
        "l2_bandwidth": Cost(128 * clock * 1e6, "B/s", "derived", f"{_INI} l2_write", more_is_faster=True),
        "read_per_cycle": Cost(128 if large else 64, "B/cycle", "assumed", f"{_INI} ub_to_ddr", more_is_faster=True),
        "write_per_cycle": Cost(128 if large else 64, "B/cycle", "assumed", f"{_INI} ub_to_ddr", more_is_faster=True),
        "read_latency": Cost(300, "ns", "assumed", assumed, 150, 600),
        "write_latency": Cost(300, "ns", "assumed", assumed, 150, 600),
        "read_issue": Cost(20.6, "cycles", "assumed", "as on 910B", 20.6, 27),
        "write_issue": Cost(12.1, "cycles", "assumed", "as on 910B"),
        **_vector_costs("assumed"),
        "scalar_access": Cost(11.4, "cycles", "assumed", "as on 910B"),
        "hand_off": Cost(10, "ns", "assumed", "as on 910B", 0, 20),
        "start_span": Cost(2000, "ns", "assumed", "as on 910B; one core has no spread", 500, 4000),
        "init": Cost(2640 / clock * 1e3, "ns", "assumed", "the cycles of 910B", 1320 / clock * 1e3, 5280 / clock * 1e3),
        "head": Cost(500, "ns", "assumed", "as on 910B", 400, 900),
        "head_per_core": Cost(120, "ns", "assumed", "as on 910B", 43, 400),
    }


def _vector_costs(status: str) -> dict[str, Cost]:
    return {
        "vector_head": Cost(24, "cycles", status, f"{_BANK}; {_PTO}"),
        "read_conflict": Cost(1.0, "cycles", status, f"{_BANK}, scenarios 2 and 3"),
        "write_conflict": Cost(0.79, "cycles", status, f"{_BANK}, scenario 5"),
        "flag": Cost(1, "cycles", "documented" if status == "measured" else "assumed", _PTO),
    }

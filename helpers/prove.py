# SPDX-License-Identifier: Apache-2.0
"""`python -m helpers prove`: fp16 is every pair of float16 values, judged exactly, for several N and dout; fp32 is
random inputs for the precise variant, a billion unless told otherwise.

- `main(argv)` is the command; it takes up where an earlier one stopped
- `read_proofs(path)` reads the evidence it writes, `stale_sources(proofs)` says which of its sources have changed since

A slice that is done is kept at once, with the hashes of the sources it came from; slices of other sources count for
nothing. These sources are the kernel and, of the simulator, what decides numbers: its copies, queues, checks and times
may change without making a proof void. The evidence has, for each combination, the counts, the worst pair and a digest
of each slice's bits, so that one slice run today shows whether everything together still gives the bits that were
proven.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from helpers.build_cache import CHECKOUT
from helpers.errors import (
    ArgumentError,
    ArgumentValueError,
    BuildError,
    CompilerNotFound,
    EvidenceError,
    LaunchError,
)
from helpers.evidence import write_atomically
from helpers.operator import build_kernel
from helpers.precise_proof import BOUND_ULP as PRECISE_BOUND_ULP
from helpers.precise_proof import DRAWS, Sampled, sample
from helpers.proof import BOUND_ULP, PARTS, Combination, PairProver, Verdict

PASSED, FAILED, BAD_USAGE, UNAVAILABLE = 0, 1, 2, 3  # exit codes, those of verify
EVIDENCE = CHECKOUT / "helpers" / "proofs" / "fp16_pairs.json"
PRECISE_EVIDENCE = CHECKOUT / "helpers" / "proofs" / "fp32_precise.json"
PRECISE_FORMAT = "mse-loss-grad-v1-fp32-precise"
FORMAT, VERSION = "mse-loss-grad-v1-fp16-pairs", 1

_DECIDING = """
    cast_loops.h compare_loops.h compound_loops.h conversion.h element.h element_loops.h half.h numeric_modes.cpp
    numeric_modes.h operations.h rounding.h select_loops.h vector_ops.cpp vector_ops.h
"""

# A length whose half is infinite; the worst known case of the kernel's order; results that are nearly all subnormal or
# zero; a short mean that overflows; and both kinds of combination where the overflow mode clamps.
COMBINATIONS = (
    Combination("Ascend910B1", "mean", 65536, 1.0),
    Combination("Ascend910B1", "mean", 1000, float.fromhex("0x1.bbcp+1")),
    Combination("Ascend910B1", "mean", 16777217, float.fromhex("0x1.554p+4")),
    Combination("Ascend910B1", "mean", 7, float.fromhex("-0x1.aa8p+1")),
    Combination("Ascend310B1", "mean", 65536, 1.0),
    Combination("Ascend310B1", "sum", 7, float.fromhex("-0x1.aa8p+1")),
)


def read_proofs(path: Path = EVIDENCE) -> dict[str, object]:
    """The evidence at `path`.

    Raises:
        EvidenceError: there is none, or it is not of this format and version, or its verdict contradicts its counts.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EvidenceError(f"{path.name} cannot be read: {error}; next: python -m helpers prove fp16") from error
    if not isinstance(record, dict) or (record.get("format"), record.get("version")) != (FORMAT, VERSION):
        raise EvidenceError(f"{path.name} is not {FORMAT} version {VERSION}; next: python -m helpers prove fp16")
    for proof in record["proofs"]:
        verdict = Verdict(**proof["verdict"])
        if (
            verdict.failures
            or verdict.pairs != 1 << 32
            or verdict.max_ulp > BOUND_ULP
            or len(proof["digests"]) != PARTS
        ):
            raise EvidenceError(f"{path.name}: {Combination(**proof['combination'])} is no complete proof: {verdict}")
    return record


def deciding_sources(hashes: Mapping[str, str]) -> dict[str, str]:
    """Of all sources of a build, those that decide what bits come out: the kernel, and how an operation rounds."""
    numbers = {f"helpers/simulator/core/{name}" for name in _DECIDING.split()}
    return {name: value for name, value in sorted(hashes.items()) if name.startswith("kernel/") or name in numbers}


def stale_sources(record: Mapping[str, object]) -> list[str]:
    """The sources named in the evidence whose content is another today, or that are gone."""
    return [name for name, value in record["source_sha256"].items() if _hash_of(CHECKOUT / name) != value]


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


class _Kept:
    """The slices of one combination done so far, in a file."""

    def __init__(self, folder: Path, prover: PairProver) -> None:
        self._path = folder / f"{prover.combination.name}.json"
        self._sources = deciding_sources(prover.source_sha256)
        self.parts: dict[int, tuple[Verdict, str]] = {}
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if kept["source_sha256"] == self._sources:
            self.parts = {int(part): (Verdict(**verdict), bits) for part, (verdict, bits) in kept["parts"].items()}

    def add(self, part: int, verdict: Verdict, bits: str) -> None:
        """Keep one more slice."""
        self.parts[part] = verdict, bits
        parts = {str(number): (asdict(verdict), bits) for number, (verdict, bits) in sorted(self.parts.items())}
        write_atomically(self._path, json.dumps({"source_sha256": self._sources, "parts": parts}))


def _prove(combination: Combination, parts: int, folder: Path) -> tuple[Verdict, dict[str, object], dict[str, str]]:
    prover = PairProver(combination)
    kept = _Kept(folder, prover)
    done = sum(part < parts for part in kept.parts)
    with tqdm(total=parts, initial=done, unit="slice", desc=str(combination), file=sys.stderr, leave=False) as bar:
        for part in range(parts):
            if part not in kept.parts:
                kept.add(part, *prover.prove(part))
                bar.update()
    total = sum((kept.parts[part][0] for part in range(parts)), Verdict())
    digests = [kept.parts[part][1] for part in range(parts)]
    proof = {"combination": asdict(combination), "verdict": asdict(total), "digests": digests}
    return total, proof, deciding_sources(prover.source_sha256)


def _sample(samples: int, evidence: Path | None) -> int:
    if samples < 1:
        raise ArgumentValueError("samples", samples, "1 and more")
    total, seed = Sampled(), 0
    with tqdm(total=samples, unit="element", unit_scale=True, file=sys.stderr, leave=False) as bar:
        while total.judged < samples and not total.failures:
            found = sample(DRAWS[seed % len(DRAWS)], seed, reduction="sum" if seed % 4 == 3 else "mean")
            total += found
            seed += 1
            bar.update(found.judged)
    verdict = "FAIL" if total.failures else "PASS"
    print(
        f"{verdict} precise variant, float32: {total.judged} elements, {total.failures} failures, "
        f"max {total.max_ulp:.9f} ulp (bound {PRECISE_BOUND_ULP}), {total.not_nearest} not the nearest"
    )
    if evidence and not total.failures:
        sources = build_kernel("Ascend910B1", "float32", "precise").built.source_hashes
        record = {"format": PRECISE_FORMAT, "version": VERSION, "bound_ulp": PRECISE_BOUND_ULP, "seeds": seed}
        record |= {"sampled": asdict(total), "source_sha256": deciding_sources(sources)}
        print(f"evidence: {write_atomically(evidence, json.dumps(record, indent=1, allow_nan=False))}")
    return FAILED if total.failures else PASSED


def main(argv: Sequence[str] = ()) -> int:
    """Prove the combinations, print a line for each; returns 0 PASS, 1 FAIL, 3 unavailable; bad usage exits with 2."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers prove",
        description="fp16: every pair (predict, label) through the kernel; fp32: random inputs, precise variant.",
        epilog="exit: 0 PASS, 1 FAIL, 2 bad usage, 3 there is no compiler. Stopped, it goes on where it was.",
    )
    parser.add_argument("dtype", choices=["fp16", "fp32"], help="fp16 or fp32")
    parser.add_argument("--samples", type=int, default=10**9, metavar="COUNT", help="fp32: how many elements to judge")
    parser.add_argument("--elems", type=int, metavar="N", help="one combination: N of the mean")
    parser.add_argument("--dout", type=float, default=1.0, metavar="VALUE", help="its dout, a float16 value (1)")
    parser.add_argument("--reduction", default="mean", metavar="NAME")
    parser.add_argument("--soc", default="Ascend910B1", metavar="NAME")
    parser.add_argument(
        "--slices", type=int, default=PARTS, metavar="COUNT", help=f"only so many of the {PARTS} slices"
    )
    parser.add_argument("--state", type=Path, default=CHECKOUT / "out" / "proofs", metavar="FOLDER")
    parser.add_argument("--evidence", type=Path, metavar="FILE", help="write the evidence there; whole proofs only")
    given = parser.parse_args(argv)
    try:
        if given.dtype == "fp32":
            return _sample(given.samples, given.evidence)
        if not 1 <= given.slices <= PARTS or (given.evidence and given.slices != PARTS):
            raise ArgumentValueError("slices", given.slices, f"1 to {PARTS}, and {PARTS} with --evidence")
        one = given.elems is not None
        combinations = [Combination(given.soc, given.reduction, given.elems, given.dout)] if one else COMBINATIONS
        failed, proofs, sources = False, [], {}
        for combination in combinations:
            total, proof, hashes = _prove(combination, given.slices, given.state)
            failed |= total.failures > 0
            print(f"{'FAIL' if total.failures else 'PASS'} {combination}: {_in_words(total)}", flush=True)
            proofs.append(proof)
            if any(sources.get(name, value) != value for name, value in hashes.items()):
                raise EvidenceError("a source changed between two combinations; next: run prove again")
            sources |= hashes
        if given.evidence and not failed:
            record = {"format": FORMAT, "version": VERSION, "bound_ulp": BOUND_ULP}
            record |= {"source_sha256": sources, "proofs": proofs}
            print(f"evidence: {write_atomically(given.evidence, json.dumps(record, indent=1, allow_nan=False))}")
    except CompilerNotFound as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return UNAVAILABLE
    except (BuildError, LaunchError, EvidenceError) as error:
        print(f"{error}\nFAIL: nothing was proven")
        return FAILED
    except (ArgumentError, OSError) as error:
        parser.exit(BAD_USAGE, f"{parser.prog}: error: {error}\n")
    return FAILED if failed else PASSED


def _in_words(total: Verdict) -> str:
    return (
        f"{total.pairs} pairs, {total.failures} failures, max {total.max_ulp:.6f} ulp (bound {BOUND_ULP}) at predict "
        f"{total.worst_predict!r} label {total.worst_label!r}; {total.not_nearest} not the nearest, "
        f"{total.subnormal} subnormal, {total.zero} zero, {total.infinite} infinite, {total.nan} NaN"
    )

"""How well thresholds are known after some trials: our strategies, Sobol trials with the same model, and AEPsych.

Usage: python benchmarks/core_accuracy.py [--quick] [--problems ...] [--methods ...] [--seeds 50] [--aepsych-seeds 0]

Closed loops on the test problems of `aepsych_grpc.bench`, computed in process. Methods:

    default           the default strategies: Sobol 10, then the default acquisition function
    sobol             Sobol trials throughout, with the same model
    aepsych-on-sobol  AEPsych's default model, fitted to the data of `sobol`
    aepsych           AEPsych's own loop: Sobol 10, then EAVC, default model, shipped settings; seconds per ask
    straddle, ...     the default strategies with another acquisition function of the catalogue

Seeds are paired: with a seed, every method meets the same luck in its t-th response. Finished runs are kept in the
result file, and the same command started again goes on where it was; `--fresh` begins anew, which is due whenever the
code under test has changed. AEPsych runs in an environment of its own, made on first use. It is measured as it
is shipped: its default model has an output scale of 1 and no guess rate, unlike perhaps that of its published figures.
"""

import argparse
import json
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from aepsych_environment import DEFAULT_VENV, python_of
from core_cost import cost_of_core
from core_report import Results, accuracy_tables, cost_table, save_curves
from core_tasks import AEPSYCH_LOOP, AEPSYCH_ON_SOBOL, DEFAULT, SOBOL, Task, run
from rich.console import Console
from rich.progress import track

from aepsych_grpc.bench.problems import PROBLEMS
from aepsych_grpc.core.catalogue import CATALOGUE

METHODS = (DEFAULT, SOBOL, AEPSYCH_ON_SOBOL, AEPSYCH_LOOP)
CHECKPOINTS = (50, 100, 250)
CURVE = (15, 25, 35, 75, 150, 200)
"""Further numbers of trials that the curves show."""
FIRST_SEED = 1000
"""Seeds below it are for choosing defaults; what is reported starts here."""
WORKERS = 2

console = Console(width=120)


def tasks(arguments: argparse.Namespace) -> list[Task]:
    """List the runs that the arguments ask for, the longest first."""
    found = []
    for name in arguments.problems:
        most = 100 if PROBLEMS[name].space.d <= 3 else max(arguments.checkpoints)
        for method in arguments.methods:
            seeds = arguments.aepsych_seeds if method.startswith(AEPSYCH_LOOP) else arguments.seeds
            limit = min(most, arguments.aepsych_trials) if method == AEPSYCH_LOOP else most
            trials = sorted({n for n in (*CURVE, *arguments.checkpoints) if n <= limit} & _shown(arguments, limit))
            found += [
                Task(
                    problem=name,
                    method=method,
                    seed=arguments.first_seed + i,
                    checkpoints=tuple(trials),
                    aepsych_python=arguments.aepsych_python,
                )
                for i in range(seeds)
            ]
    return sorted(found, key=lambda task: (task.method != AEPSYCH_LOOP, -PROBLEMS[task.problem].space.d))


def _shown(arguments: argparse.Namespace, limit: int) -> set[int]:
    most = max((n for n in arguments.checkpoints if n <= limit), default=limit)
    return {n for n in (*CURVE, *arguments.checkpoints) if n <= most}


def results_of(planned: Sequence[Task], file: Path) -> Results:
    """Run what the result file does not have yet, two at a time, and return the records of all planned runs."""
    kept = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    done = {(record["problem"], record["method"], record["seed"], record["trials"]) for record in kept}
    missing = [
        task for task in planned if not all((task.problem, task.method, task.seed, n) in done for n in task.checkpoints)
    ]
    # Not forked: torch's threads do not survive a fork.
    with (
        ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool,
        file.open("a", encoding="utf-8") as stream,
    ):
        futures = [pool.submit(run, task) for task in missing]
        try:
            for future in track(as_completed(futures), "runs", len(futures), console=console):
                records = future.result()
                stream.writelines(json.dumps(record) + "\n" for record in records)
                stream.flush()
                kept += records
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    wanted = {(task.problem, task.method, task.seed) for task in planned}
    return Results([one for one in kept if (one["problem"], one["method"], one["seed"]) in wanted])


def main() -> None:
    """Run the benchmark, print tables and save the curves."""
    arguments = _arguments()
    if arguments.fresh:
        arguments.output.unlink(missing_ok=True)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    planned = tasks(arguments)
    uses_aepsych = any(task.uses_aepsych for task in planned)
    if uses_aepsych:
        python_of(arguments.aepsych_venv)
    results = results_of(planned, arguments.output)
    for table in accuracy_tables(results, arguments.checkpoints):
        console.print(table)
    console.print(cost_table(results, arguments.checkpoints))
    if not arguments.no_cost:
        console.print(cost_of_core(quick=arguments.quick, progress=console))
    picture = arguments.output.with_suffix(".png")
    save_curves(results, picture)
    console.print(f"Curves: {picture}    Records: {arguments.output}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes: about two minutes on two cores")
    parser.add_argument(
        "--problems", nargs="+", choices=list(PROBLEMS), help="default: all; with --quick the 2-d novel"
    )
    methods = [*METHODS, *CATALOGUE.acquisitions]
    parser.add_argument("--methods", nargs="+", choices=methods, help="default: default sobol aepsych-on-sobol aepsych")
    parser.add_argument(
        "--checkpoints", nargs="+", type=int, help="numbers of trials in the tables (default 50 100 250)"
    )
    parser.add_argument("--seeds", type=int, help="paired seeds of our methods (default 50; --quick 10)")
    parser.add_argument(
        "--first-seed", type=int, default=FIRST_SEED, help=f"choose defaults on seeds below (default {FIRST_SEED})"
    )
    parser.add_argument("--aepsych-seeds", type=int, help="seeds of AEPsych's methods (default 6; --quick 2)")
    parser.add_argument(
        "--aepsych-trials", type=int, default=50, help="trials of AEPsych's own loop at most (default 50)"
    )
    parser.add_argument(
        "--aepsych-venv", type=Path, default=DEFAULT_VENV, help="environment of AEPsych (default: .benchmark-venv)"
    )
    parser.add_argument(
        "--output", type=Path, help="records as JSON lines (default: benchmark-output/core[-quick].jsonl)"
    )
    parser.add_argument("--fresh", action="store_true", help="forget the records that the file has")
    parser.add_argument("--no-cost", action="store_true", help="leave out the table of single operations' costs")
    arguments = parser.parse_args()
    quick = arguments.quick
    arguments.problems = arguments.problems or (["discrimination-2d", "detection-2d"] if quick else list(PROBLEMS))
    arguments.methods = arguments.methods or (METHODS[:3] if quick else METHODS)
    arguments.checkpoints = sorted(arguments.checkpoints or ((25, 50) if quick else CHECKPOINTS))
    arguments.seeds = arguments.seeds or (10 if quick else 50)
    if arguments.aepsych_seeds is None:
        arguments.aepsych_seeds = 2 if quick else 6
    arguments.output = arguments.output or Path("benchmark-output", "core-quick.jsonl" if quick else "core.jsonl")
    arguments.aepsych_python = arguments.aepsych_venv / "bin" / "python"
    return arguments


if __name__ == "__main__":
    main()

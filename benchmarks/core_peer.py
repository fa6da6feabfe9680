"""AEPsych behind a pipe; run by `core_tasks.py` in AEPsych's own environment.

Reads a JSON object from each line of standard input and answers the last two with one on standard output. Points lie in
the unit cube. CPU seconds are of one thread.

    {"do": "set_up", "d": 2, "target": 0.75, "seed": 1}       Sobol 10, then its default model and EAVC
    {"do": "tell", "x": [[0.1, 0.2]], "y": [1.0]}
    {"do": "ask"}                                             {"x": [0.3, 0.4], "cpu_seconds": 1.2}
    {"do": "believe", "x": [[0.5, 0.6]]}                      {"mean": [0.3], "variance": [1.0], "cpu_seconds": 2.3}
"""

import json
import os
import sys
import time
import warnings

import torch
from aepsych.config import Config
from aepsych.models import GPClassificationModel
from aepsych.strategy import SequentialStrategy

warnings.filterwarnings("ignore")
torch.set_num_threads(1)  # the fastest setting at this size, and what CPU seconds are compared on
torch.set_default_dtype(torch.float64)


def strategy(d: int, target: float) -> SequentialStrategy:
    """Make the strategies that its documentation recommends for thresholds."""
    names = [f"x{j}" for j in range(d)]
    parameters = "".join(f"[{name}]\npar_type=continuous\nlower_bound=0\nupper_bound=1\n" for name in names)
    text = f"""
[common]
parnames=[{",".join(names)}]
stimuli_per_trial=1
outcome_types=[binary]
strategy_names=[initial,adaptive]
{parameters}
[initial]
min_asks=10
generator=SobolGenerator
[adaptive]
min_asks=100000
generator=OptimizeAcqfGenerator
model=GPClassificationModel
[OptimizeAcqfGenerator]
acqf=EAVC
[EAVC]
target={target}
"""
    return SequentialStrategy.from_config(Config(config_str=text))


def believe(d: int, x: torch.Tensor, y: torch.Tensor, points: torch.Tensor) -> dict[str, object]:
    """Fit the default model to all data and return its belief about the latent field."""
    start = time.process_time()
    model = GPClassificationModel(dim=d)
    model.fit(x, y)
    mean, variance = model.predict(points)
    spent = time.process_time() - start
    return {"mean": mean.detach().tolist(), "variance": variance.detach().tolist(), "cpu_seconds": spent}


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever is printed on the way must not mix with the answers
    x = y = run = None
    for line in sys.stdin:
        said = json.loads(line)
        if said["do"] == "set_up":
            torch.manual_seed(said["seed"])
            d, run = said["d"], strategy(said["d"], said["target"])
            x, y = torch.empty(0, d), torch.empty(0)
        elif said["do"] == "tell":
            new_x, new_y = torch.tensor(said["x"]), torch.tensor(said["y"])
            x, y = torch.cat([x, new_x]), torch.cat([y, new_y])
            run.add_data(new_x, new_y)
        elif said["do"] == "ask":
            start = time.process_time()
            point = torch.as_tensor(run.gen()).reshape(-1).tolist()
            print(json.dumps({"x": point, "cpu_seconds": time.process_time() - start}), file=answers)
        else:
            print(json.dumps(believe(d, x, y, torch.tensor(said["x"]))), file=answers)


if __name__ == "__main__":
    main()

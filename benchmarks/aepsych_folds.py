"""Fits AEPsych's default classification model to each fold; run by `human_contrast.py` in AEPsych's own environment.

Usage: python aepsych_folds.py FOLDS.npz RESULT.json

FOLDS.npz has `x` (n x d), `y` (n), `fold` (n), `lower` and `upper` (d). RESULT.json gets, for each fold, the predicted
probabilities of its held-out trials and the CPU seconds of fit and prediction, on one thread.
"""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from aepsych.models import GPClassificationModel
from aepsych.transforms import ParameterTransformedModel, ParameterTransforms
from aepsych.transforms.ops import NormalizeScale

warnings.filterwarnings("ignore")
torch.set_num_threads(1)  # the fastest setting at this size, and what CPU seconds are compared on


def main() -> None:
    """Fit and predict each fold."""
    folds = np.load(sys.argv[1])
    x, y, fold = (torch.tensor(folds[name]) for name in ("x", "y", "fold"))
    lower, upper = torch.tensor(folds["lower"]), torch.tensor(folds["upper"])
    results = []
    for k in range(int(fold.max()) + 1):
        torch.manual_seed(k)
        train = fold != k
        normalize = ParameterTransforms(normalize=NormalizeScale(d=x.shape[1], bounds=torch.stack([lower, upper])))
        start = time.process_time()
        model = ParameterTransformedModel(GPClassificationModel, dim=x.shape[1], transforms=normalize)
        model.fit(x[train], y[train])
        probability, _ = model.predict_probability(x[~train])
        results.append({"probability": probability.detach().tolist(), "cpu_seconds": time.process_time() - start})
        print(f"AEPsych: fold {k + 1} in {results[-1]['cpu_seconds']:.1f} s CPU", file=sys.stderr, flush=True)
    Path(sys.argv[2]).write_text(json.dumps(results))


if __name__ == "__main__":
    main()

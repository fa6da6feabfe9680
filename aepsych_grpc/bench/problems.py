"""All test problems by name."""

from collections.abc import Mapping

from aepsych_grpc.bench.contrast_fields import CONTRAST_2D, CONTRAST_6D
from aepsych_grpc.bench.discrimination_8d import DISCRIMINATION_8D
from aepsych_grpc.bench.hartmann6 import HARTMANN_6D
from aepsych_grpc.bench.novel import DETECTION_2D, DISCRIMINATION_2D
from aepsych_grpc.bench.problem import Problem

PROBLEMS: Mapping[str, Problem] = {
    problem.name: problem
    for problem in (DISCRIMINATION_2D, DETECTION_2D, CONTRAST_2D, CONTRAST_6D, DISCRIMINATION_8D, HARTMANN_6D)
}

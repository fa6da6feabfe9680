"""What tells that numbers have failed, as they can with responses and stimuli that no model foresees."""

import numpy as np

NUMERICAL_FAILURES = (np.linalg.LinAlgError, ArithmeticError)
"""What models and queries raise then. Anything else is a mistake of ours and must be seen."""

/// \file
/// Questions about the participant, and their answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aepsych_grpc/trial.hpp"

namespace aepsych {

/// What every query takes.
struct QueryOptions {
  /// Speak of the latent field instead of the expected response; for choices queries always do.
  bool latent = false;
  /// Values at which parameters are held; they may be left out of the stimuli.
  Values fixed_parameters;
  /// The outcome in question; each has its own model. Default: the first that a model learns from.
  std::string outcome;
  /// Probability content of the credible intervals, in (0, 1). Default .9.
  std::optional<double> credible_level;
  /// Answer from the events up to this sequence only. Default: all.
  std::optional<int> at_sequence;
};

/// What a threshold is asked for.
struct ThresholdOptions {
  /// The parameter along which to look. Default: the experiment's intensity parameter.
  std::string parameter;
  /// The response at threshold (with `latent`: value of the latent field). Default: the outcome's target.
  std::optional<double> target;
  /// Settings of the other parameters. Default: a grid.
  std::vector<Values> contexts;
  /// Points per parameter of that grid, 1 to 1000. Default 20.
  std::optional<int> grid_size;
};

/// A stimulus and the response there.
struct Point {
  Values stimulus;
  Estimate response;
};

/// The threshold for one setting of the other parameters.
struct ThresholdPoint {
  /// The other parameters.
  Values context;
  /// Where the response crosses the target, in the parameter's unit: posterior median, what to report.
  double median = 0;
  /// Its posterior mean, variance and credible interval.
  Estimate threshold;
  /// Probability that the response crosses the target within the parameter's bounds.
  double crossing_probability = 0;
};

/// The threshold along one parameter, for each setting of the others.
struct Threshold {
  std::string parameter;
  /// The response at threshold.
  double target = 0;
  std::vector<ThresholdPoint> points;
  /// Observations on which it is based.
  int observation_count = 0;
};

}  // namespace aepsych

/// \file
/// Builds the config of a study in code. The same can be read from a JSON file: see `read_file`.
///
/// Fields are set in any order; what is missing or wrong the server says at setup, all of it at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aepsych_grpc/values.hpp"

namespace aepsych {

/// The fields of a JSON object, as they are added.
class JsonFields {
 public:
  /// Add a field; the value is JSON.
  void add(std::string_view name, std::string_view json);
  void add(std::string_view name, const Value& value);
  /// The object.
  std::string object() const { return "{" + fields_ + "}"; }

 private:
  std::string fields_;
};

/// One parameter of a stimulus.
class Parameter {
 public:
  /// A real number in an interval.
  static Parameter continuous(std::string_view name, double lower_bound, double upper_bound);
  /// A whole number in an interval.
  static Parameter integer(std::string_view name, int lower_bound, int upper_bound);
  /// True or false.
  static Parameter binary(std::string_view name);
  /// One of several named choices.
  static Parameter categorical(std::string_view name, const std::vector<std::string>& choices);
  /// One of a list of numbers, in rising order.
  static Parameter discrete(std::string_view name, const std::vector<double>& values);
  /// A constant that every stimulus carries.
  static Parameter fixed(std::string_view name, const Value& value);

  /// Equal ratios instead of equal differences count as equally far (continuous, integer, discrete).
  Parameter& log_scale();
  /// The choices are ordered and about equally spaced (categorical).
  Parameter& ordered();
  Parameter& unit(std::string_view unit);
  Parameter& description(std::string_view description);

  std::string json() const;

 private:
  Parameter(std::string_view name, std::string_view kind);

  JsonFields fields_;
  std::string kind_;
  JsonFields kind_fields_;
};

/// One outcome of a trial.
class Outcome {
 public:
  /// Yes or no, right or wrong.
  static Outcome binary(std::string_view name);
  /// A rating from 0 to levels - 1.
  static Outcome ordinal(std::string_view name, int levels);
  /// A real number.
  static Outcome continuous(std::string_view name);
  /// Which of the trial's stimuli was chosen.
  static Outcome choice(std::string_view name);
  /// How many of several presentations were answered with yes.
  static Outcome proportion(std::string_view name, int trials);

  /// Probability of a 1 without seeing anything, 1/m for m alternatives (binary, proportion).
  Outcome& guess_rate(double rate);
  /// Probability of a 0 however strong the stimulus (binary, proportion).
  Outcome& lapse_rate(double rate);
  /// The response probability that defines the threshold (binary, proportion).
  Outcome& target(double target);
  /// Unit for labels and plots (continuous).
  Outcome& unit(std::string_view unit);

  std::string json() const;

 private:
  Outcome(std::string_view name, std::string_view kind);

  JsonFields fields_;
  std::string kind_;
  JsonFields kind_fields_;
};

/// One phase of an experiment: how trials are chosen and when it ends. Options are JSON objects; `to_json` makes one.
class Strategy {
 public:
  /// The name is by default the generator's.
  explicit Strategy(std::string_view name = "");

  Strategy& generator(std::string_view name, std::string_view options = "{}");
  Strategy& model(std::string_view name, std::string_view options = "{}");
  Strategy& acquisition(std::string_view name, std::string_view options = "{}");
  /// Learn only from so many of the latest observations.
  Strategy& keep_most_recent(int observations);
  /// Pass it over where responses of earlier experiments were carried over.
  Strategy& skip_with_warm_start();

  Strategy& min_asks(int asks);
  Strategy& max_asks(int asks);
  Strategy& min_total_tells(int tells);
  Strategy& min_outcome_occurrences(int occurrences);
  Strategy& run_indefinitely();
  Strategy& min_posterior_range(double range);
  Strategy& max_threshold_interval(double share);
  Strategy& max_seconds(double seconds);

  std::string json() const;

 private:
  Strategy& component(std::string_view field, std::string_view name, std::string_view options);
  Strategy& rule(std::string_view name, const Value& value);

  JsonFields fields_;
  JsonFields stopping_;
};

/// The config of a study.
class Study {
 public:
  explicit Study(std::string_view name = "");

  Study& description(std::string_view description);
  Study& label(std::string_view key, std::string_view value);
  Study& parameter(const Parameter& parameter);
  Study& outcome(const Outcome& outcome);
  Study& strategy(const Strategy& strategy);
  /// How many stimuli a trial shows; 2 and more for choices between stimuli.
  Study& stimuli_per_trial(int count);
  /// The parameter along which responses rise from guessing to certain, such as contrast.
  Study& intensity_parameter(std::string_view name);
  Study& seed(int seed);
  /// Accept told stimuli outside the bounds.
  Study& allow_out_of_bounds();
  /// Any other field of the contract's ExperimentConfig, as JSON.
  Study& field(std::string_view name, std::string_view json);

  /// The config as JSON, which `Client::setup` takes.
  std::string json() const;

 private:
  JsonFields fields_;
  JsonFields labels_;
  std::vector<std::string> parameters_;
  std::vector<std::string> outcomes_;
  std::vector<std::string> strategies_;
};

}  // namespace aepsych

/// \file
/// Trials, and what is told about them.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "aepsych_grpc/values.hpp"

namespace aepsych {

using Seconds = std::chrono::duration<double>;
using TimePoint = std::chrono::system_clock::time_point;

/// A quantity with its uncertainty: posterior mean and variance, and the ends of the credible interval.
struct Estimate {
  double mean = 0;
  double variance = 0;
  double lower = 0;
  double upper = 0;
};

/// How a response was corrected or retracted.
struct Revision {
  /// The outcomes as they were told.
  Values told_outcomes;
  /// How often it was revised.
  int count = 0;
  /// When it was revised last, and why.
  TimePoint revise_time;
  std::string reason;
  /// Sequence of the event that told it.
  int tell_sequence = 0;
};

/// One trial: what is shown, where it came from, and what was answered.
struct Trial {
  /// Number within the experiment, from 1.
  int trial_id = 0;
  /// What to show; as many as the experiment's stimuli_per_trial.
  std::vector<Values> stimuli;
  /// Name of the strategy that chose it; empty for a trial that was told without being asked.
  std::string strategy;
  /// How it was chosen: "sobol", "model", "fallback", "manual", "unsolicited", "random" or "rule".
  std::string source;
  /// "pending", "told" or "retracted".
  std::string state;
  /// What was answered, as corrected; empty while pending and once retracted.
  Values outcomes;
  /// How long the participant took, if told.
  std::optional<Seconds> response_time;
  /// What was kept with the response, as the text of a JSON object; empty without any.
  std::string metadata;
  /// Whether the response is kept but not learned from.
  bool exclude_from_model = false;
  std::optional<TimePoint> ask_time;
  std::optional<TimePoint> tell_time;
  /// The choice used the events up to this sequence.
  int data_sequence = 0;
  /// Sequence of the event that last changed it.
  int sequence = 0;
  /// Why the source is "fallback".
  std::string note;
  /// The model's prediction at the stimulus, where it was asked for.
  std::optional<Estimate> posterior;
  /// How the response was revised; unset where it stands as it was told.
  std::optional<Revision> revision;

  /// A parameter of the trial's only stimulus; an error where there are several.
  Result<double> number(std::string_view parameter) const;
  Result<std::string> text(std::string_view parameter) const;
  Result<bool> flag(std::string_view parameter) const;
};

/// A response: the value of the experiment's only outcome, or values by outcome. 0 or 1 (binary), count (proportion),
/// level (ordinal), number (continuous), position (choice).
struct Answer {
  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  Answer(Number outcome) : outcomes{{"", outcome}} {}
  Answer(Values by_outcome) : outcomes(std::move(by_outcome)) {}
  Answer(std::initializer_list<Values::Entry> by_outcome) : outcomes(by_outcome) {}
  Answer(char) = delete;  // a key that was pressed is no number

  /// By outcome; the name "" means the only one.
  Values outcomes;
};

/// A response to tell. The same observation told again is recognised and changes nothing.
struct Observation {
  /// A response to an asked trial.
  Observation(const Trial& trial, Answer answer) : trial_id(trial.trial_id), outcomes(std::move(answer.outcomes)) {}
  /// A response to the asked trial of this number.
  Observation(int number, Answer answer) : trial_id(number), outcomes(std::move(answer.outcomes)) {}
  /// A response to a stimulus, or stimuli, of one's own choosing; a new observation_id is made.
  Observation(Values shown, Answer answer) : Observation(std::vector<Values>{std::move(shown)}, std::move(answer)) {}
  Observation(std::vector<Values> shown, Answer answer);

  /// Unique within the experiment. Empty for an asked trial: then the server's is "trial-N" with its number.
  std::string observation_id;
  /// The asked trial; 0 for stimuli of one's own.
  int trial_id = 0;
  /// What was shown: of a trial that was not asked, or instead of what was asked.
  std::vector<Values> stimuli;
  Values outcomes;
  /// How long the participant took.
  std::optional<Seconds> response_time;
  /// Anything to keep with it, as the text of a JSON object such as {"eye": "left"}; `to_json` makes one.
  std::string metadata;
  /// Keep it, but do not learn from it.
  bool exclude_from_model = false;
};

/// How an observation was recorded. What has a receipt is on the server's disk.
struct Receipt {
  int trial_id = 0;
  std::string observation_id;
  /// Whether it had been recorded before.
  bool duplicate = false;
  /// Sequence of the latest event.
  int sequence = 0;
  /// Whether nothing is left to ask.
  bool finished = false;
  /// The next trial, where it was asked for; unset when nothing is left to ask.
  std::optional<Trial> next;
};

}  // namespace aepsych

/// \file
/// An experiment on a server: ask, tell, question.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aepsych_grpc/query.hpp"
#include "aepsych_grpc/state.hpp"
#include "aepsych_grpc/trial.hpp"

namespace aepsych {

class Client;
class Connection;

/// How long an answer may take, sending again included.
struct Timeout {
  /// For calls that only record or read.
  std::chrono::microseconds record = std::chrono::seconds(30);
  /// For calls that choose a trial, query the model or learn from earlier participants.
  std::chrono::microseconds compute = std::chrono::seconds(60);
};

/// How trials are asked for.
struct AskOptions {
  /// Values that the stimuli must have; the rest is chosen.
  Values fixed_parameters;
  /// Time for the choice; past it the trial is a valid stand-in with source "fallback". Default: the server's, 1 s.
  std::optional<Seconds> compute_budget;
  /// Makes sending again safe. Default: made by the client.
  std::string request_id;
};

/// An experiment; made by `Client::setup` and `Client::experiment`.
class Experiment {
 public:
  /// Id for `Client::experiment`, which goes on after a restart of this program.
  const std::string& id() const;
  const std::string& participant_id() const;
  /// Remarks on the config that do not keep it from running.
  const std::vector<std::string>& warnings() const;
  /// Whether a setup with this request_id had set it up before.
  bool duplicate() const;
  /// Names of the parameters and outcomes, in the order of the config.
  const std::vector<std::string>& parameters() const;
  const std::vector<std::string>& outcomes() const;

  /// The same experiment with other timeouts.
  Experiment with_timeout(const Timeout& timeout) const;

  /// Ask for the next trial. When nothing is left to ask, that is an error with `finished()`.
  Result<Trial> ask(const AskOptions& options = {}) const;
  /// Ask for several trials that are run before any of them is told. Fewer come when the strategies have no more.
  Result<std::vector<Trial>> ask_batch(int count, const AskOptions& options = {}) const;
  /// Tell the response to a trial.
  Result<Receipt> tell(const Trial& trial, const Answer& answer) const { return tell(Observation(trial, answer)); }
  Result<Receipt> tell(const Observation& observation) const;
  /// Tell several responses: all are recorded, or none.
  Result<std::vector<Receipt>> tell_batch(const std::vector<Observation>& observations) const;
  /// Tell the response to a trial and ask for the next one, in one round trip. It is in the receipt.
  Result<Receipt> tell_and_ask(const Observation& observation, const AskOptions& next = {}) const;

  /// Correct the response to a trial; outcomes left out stay as they are.
  Result<Trial> revise(int trial_id, const Answer& answer, const std::string& reason = "") const;
  /// Take the response to a trial back.
  Result<Trial> retract(int trial_id, const std::string& reason = "") const;
  /// End the current strategy; refused if another one is named.
  Result<ExperimentState> finish_strategy(const std::string& name = "") const;
  /// End the experiment. Responses to trials that were asked already are still taken.
  Result<ExperimentState> finish(const std::string& reason = "") const;

  Result<ExperimentState> state() const;
  /// List the trials that changed after a sequence, in order of their numbers.
  Result<std::vector<Trial>> trials(int after_sequence = 0, bool include_posterior = false) const;
  /// List the trials that await a response.
  Result<std::vector<Trial>> pending() const;

  /// Where the response is largest, or smallest.
  Result<Point> maximum(const QueryOptions& options = {}) const;
  Result<Point> minimum(const QueryOptions& options = {}) const;
  /// A stimulus at which the response has a given value.
  Result<Point> inverse(double value, const QueryOptions& options = {}) const;
  /// The response at each of the stimuli, in their order.
  Result<std::vector<Estimate>> predict(const std::vector<Values>& stimuli, const QueryOptions& options = {}) const;
  /// Where the response crosses a target along one parameter, for each setting of the others.
  Result<Threshold> threshold(const ThresholdOptions& threshold = {}, const QueryOptions& options = {}) const;
  /// The probability that the response at each of the stimuli lies above a target; default: the outcome's.
  Result<std::vector<double>> level_set_probability(const std::vector<Values>& stimuli,
                                                    std::optional<double> target = std::nullopt,
                                                    const QueryOptions& options = {}) const;
  /// The step along a parameter that raises the latent field by one unit, from each of the stimuli on; default: the
  /// intensity parameter.
  Result<std::vector<Estimate>> just_noticeable_difference(const std::vector<Values>& stimuli,
                                                           const std::string& parameter = "",
                                                           const QueryOptions& options = {}) const;

 private:
  friend class Client;
  struct Handle;
  explicit Experiment(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}

  std::shared_ptr<const Handle> handle_;
};

}  // namespace aepsych

#include "aepsych_grpc/experiment.hpp"

#include "handle.hpp"
#include "local_error.hpp"
#include "messages.hpp"

namespace aepsych {

namespace {

/// Write outcomes; the name "" stands for the experiment's only one.
std::optional<Error> write_outcomes(const Values& outcomes, const Names& names, ValueMap& map) {
  write_values(outcomes, map);
  const auto unnamed = map.find("");
  if (unnamed == map.end()) return std::nullopt;
  if (names.size() != 1 || map.size() != 1) {
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    return invalid_argument("outcomes", "The experiment has " + std::to_string(names.size()) +
                                            " outcomes; give a value for each of " + all + ".");
  }
  map[names[0]] = unnamed->second;
  if (!names[0].empty()) map.erase("");
  return std::nullopt;
}

/// Write the options of an Ask, or of the Ask in a Tell.
template <class Request>
std::optional<Error> write_ask(const AskOptions& options, Request& request) {
  write_values(options.fixed_parameters, *request.mutable_fixed_parameters());
  if (!options.compute_budget) return std::nullopt;
  return write_duration("compute_budget", *options.compute_budget, *request.mutable_compute_budget());
}

std::optional<Error> write_observation(const Observation& observation, const Names& outcomes,
                                       v1::Observation& message) {
  message.set_observation_id(observation.observation_id);
  message.set_trial_id(observation.trial_id);
  write_stimuli(observation.stimuli, *message.mutable_stimuli());
  if (auto error = write_outcomes(observation.outcomes, outcomes, *message.mutable_outcomes())) return error;
  message.set_exclude_from_model(observation.exclude_from_model);
  if (!observation.metadata.empty()) {
    if (auto error = read_json(observation.metadata, "metadata", *message.mutable_metadata())) return error;
  }
  if (!observation.response_time) return std::nullopt;
  return write_duration("response_time", *observation.response_time, *message.mutable_response_time());
}

Error nothing_left(const std::string& experiment_id) {
  return Error{Code::failed_precondition,
               "EXPERIMENT_FINISHED",
               "Experiment " + experiment_id + " has nothing left to ask.",
               {},
               {{"experiment_id", experiment_id}},
               false,
               ""};
}

}  // namespace

const std::string& Experiment::id() const { return handle_->id; }
const std::string& Experiment::participant_id() const { return handle_->participant_id; }
const std::vector<std::string>& Experiment::warnings() const { return handle_->warnings; }
bool Experiment::duplicate() const { return handle_->duplicate; }
const std::vector<std::string>& Experiment::parameters() const { return handle_->parameters; }
const std::vector<std::string>& Experiment::outcomes() const { return handle_->outcomes; }

Experiment Experiment::with_timeout(const Timeout& timeout) const {
  auto handle = std::make_shared<Handle>(*handle_);
  handle->timeout = timeout;
  return Experiment(handle);
}

Result<Trial> Experiment::ask(const AskOptions& options) const {
  Result<std::vector<Trial>> trials = ask_batch(1, options);
  if (!trials) return trials.error();
  return std::move(trials->front());
}

Result<std::vector<Trial>> Experiment::ask_batch(int count, const AskOptions& options) const {
  v1::AskRequest request;
  request.set_experiment_id(id());
  request.set_count(count);
  request.set_request_id(options.request_id.empty() ? new_id() : options.request_id);
  if (auto error = write_ask(options, request)) return *error;
  v1::AskResponse response;
  auto error = handle_->connection->call(&Connection::Stub::Ask, request, response, handle_->timeout.compute);
  if (!error && response.trials().empty()) error = nothing_left(id());
  if (error) {
    error->request_id = request.request_id();
    return *error;
  }
  std::vector<Trial> trials;
  for (const v1::Trial& trial : response.trials()) trials.push_back(read_trial(trial, parameters(), outcomes()));
  return trials;
}

Result<Receipt> Experiment::tell(const Observation& observation) const {
  Result<std::vector<Receipt>> receipts = tell_batch({observation});
  if (!receipts) return receipts.error();
  return std::move(receipts->front());
}

Result<std::vector<Receipt>> Experiment::tell_batch(const std::vector<Observation>& observations) const {
  v1::TellRequest request;
  for (const Observation& observation : observations) {
    if (auto error = write_observation(observation, outcomes(), *request.add_observations())) return *error;
  }
  return handle_->tell(request, handle_->timeout.record);
}

Result<Receipt> Experiment::tell_and_ask(const Observation& observation, const AskOptions& next) const {
  v1::TellRequest request;
  if (auto error = write_observation(observation, outcomes(), *request.add_observations())) return *error;
  // Without an id of its own the server makes one from the observation's: told again, it gets the same next trial.
  request.mutable_ask_next()->set_request_id(next.request_id);
  if (auto error = write_ask(next, *request.mutable_ask_next())) return *error;
  Result<std::vector<Receipt>> receipts = handle_->tell(request, handle_->timeout.compute);
  if (!receipts) return receipts.error();
  return std::move(receipts->front());
}

Result<Trial> Experiment::revise(int trial_id, const Answer& answer, const std::string& reason) const {
  if (answer.outcomes.empty()) {
    return invalid_argument("outcomes", "No outcome is given; `retract` takes a response back.");
  }
  v1::ReviseTrialRequest request;
  if (auto error = write_outcomes(answer.outcomes, outcomes(), *request.mutable_outcomes())) return *error;
  return handle_->revise(request, trial_id, reason);
}

Result<Trial> Experiment::retract(int trial_id, const std::string& reason) const {
  v1::ReviseTrialRequest request;
  return handle_->revise(request, trial_id, reason);
}

Result<ExperimentState> Experiment::finish_strategy(const std::string& name) const {
  v1::FinishStrategyRequest request;
  request.set_experiment_id(id());
  request.set_request_id(new_id());
  request.set_strategy(name);
  v1::FinishStrategyResponse response;
  if (auto error =
          handle_->connection->call(&Connection::Stub::FinishStrategy, request, response, handle_->timeout.record)) {
    error->request_id = request.request_id();
    return *error;
  }
  return read_state(response.experiment());
}

Result<ExperimentState> Experiment::finish(const std::string& reason) const {
  v1::FinishExperimentRequest request;
  request.set_experiment_id(id());
  request.set_request_id(new_id());
  request.set_reason(reason);
  v1::FinishExperimentResponse response;
  if (auto error =
          handle_->connection->call(&Connection::Stub::FinishExperiment, request, response, handle_->timeout.record)) {
    error->request_id = request.request_id();
    return *error;
  }
  return read_state(response.experiment());
}

Result<ExperimentState> Experiment::state() const {
  v1::GetExperimentRequest request;
  request.set_experiment_id(id());
  v1::GetExperimentResponse response;
  if (auto error =
          handle_->connection->call(&Connection::Stub::GetExperiment, request, response, handle_->timeout.record)) {
    return *error;
  }
  return read_state(response.experiment());
}

Result<std::vector<Trial>> Experiment::trials(int after_sequence, bool include_posterior) const {
  v1::ListTrialsRequest request;
  request.set_experiment_id(id());
  request.set_after_sequence(after_sequence);
  request.set_include_posterior(include_posterior);
  const auto timeout = include_posterior ? handle_->timeout.compute : handle_->timeout.record;
  std::vector<Trial> found;
  do {
    v1::ListTrialsResponse response;
    auto error = handle_->connection->call(&Connection::Stub::ListTrials, request, response, timeout);
    if (error) return *error;
    for (const v1::Trial& trial : response.trials()) found.push_back(read_trial(trial, parameters(), outcomes()));
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return found;
}

Result<std::vector<Trial>> Experiment::pending() const {
  Result<ExperimentState> now = state();
  if (!now) return now.error();
  if (now->pending_count == 0) return std::vector<Trial>();
  Result<std::vector<Trial>> all = trials();
  if (!all) return all;
  std::vector<Trial> waiting;
  for (Trial& trial : *all) {
    if (trial.state == "pending") waiting.push_back(std::move(trial));
  }
  return waiting;
}

Result<std::vector<Receipt>> Experiment::Handle::tell(v1::TellRequest& request,
                                                             std::chrono::microseconds deadline) const {
  request.set_experiment_id(id);
  v1::TellResponse response;
  if (auto error = connection->call(&Connection::Stub::Tell, request, response, deadline)) {
    error->request_id = request.ask_next().request_id();
    return *error;
  }
  std::vector<Receipt> receipts;
  for (const v1::ObservationReceipt& item : response.receipts()) {
    receipts.push_back({item.trial_id(), item.observation_id(), item.duplicate(), response.sequence(),
                        response.finished(), std::nullopt});
  }
  if (!response.next_trials().empty()) {
    receipts.back().next = read_trial(response.next_trials(0), parameters, outcomes);
  }
  return receipts;
}

Result<Trial> Experiment::Handle::revise(v1::ReviseTrialRequest& request, int trial_id,
                                         const std::string& reason) const {
  request.set_experiment_id(id);
  request.set_request_id(new_id());
  request.set_trial_id(trial_id);
  request.set_reason(reason);
  v1::ReviseTrialResponse response;
  if (auto error =
          connection->call(&Connection::Stub::ReviseTrial, request, response, timeout.record)) {
    error->request_id = request.request_id();
    return *error;
  }
  return read_trial(response.trial(), parameters, outcomes);
}

}  // namespace aepsych

#include "aepsych_grpc/client.hpp"

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>

#include "connection.hpp"
#include "handle.hpp"
#include "local_error.hpp"
#include "messages.hpp"

namespace aepsych {

namespace {

/// The address with a port: that of `aepsych-grpc serve` where there is none. Anything else is as gRPC has it.
std::string with_port(std::string_view target) {
  const std::string given(target);
  const bool bracketed = !given.empty() && given.front() == '[' && given.back() == ']';
  const bool bare = !given.empty() && given.find_first_of(":/") == std::string::npos;
  return bare || bracketed ? given + ":50051" : given;
}

template <class Items, class Messages>
void write_labels(const Items& labels, Messages& messages) {
  for (const auto& [key, value] : labels) messages[key] = value;
}

std::vector<std::string> names_of(const google::protobuf::RepeatedPtrField<v1::ComponentInfo>& components) {
  std::vector<std::string> names;
  for (const v1::ComponentInfo& component : components) names.push_back(component.name());
  return names;
}

}  // namespace

Client::Client(std::string_view target, const ClientOptions& options)
    : connection_(std::make_shared<Connection>(with_port(target), options)) {}

Result<Experiment> Client::setup(const std::string& config_json, const SetupOptions& options) const {
  v1::SetupRequest request;
  if (auto error = read_json(config_json, "config", *request.mutable_config(), "INVALID_CONFIG")) return *error;
  request.set_request_id(options.request_id.empty() ? new_id() : options.request_id);
  request.set_participant_id(options.participant_id);
  write_labels(options.labels, *request.mutable_labels());
  if (options.seed) request.set_seed(*options.seed);
  for (const std::string& id : options.warm_start) request.add_warm_start_experiment_ids(id);
  for (const std::string& id : options.prior_from) request.add_prior_from_experiment_ids(id);
  const bool learns = !options.prior_from.empty() || request.config().has_population_prior();
  const Timeout& timeout = connection_->timeout();
  v1::SetupResponse response;
  if (auto error = connection_->call(&Connection::Stub::Setup, request, response,
                                     learns ? timeout.compute : timeout.record)) {
    error->request_id = request.request_id();
    return *error;
  }
  auto handle = std::make_shared<Experiment::Handle>();
  handle->connection = connection_;
  handle->id = response.experiment_id();
  handle->participant_id = options.participant_id;
  handle->warnings = {response.warnings().begin(), response.warnings().end()};
  handle->duplicate = response.duplicate();
  handle->timeout = timeout;
  handle->take_names(response.config());
  return Experiment(handle);
}

Result<Experiment> Client::setup(const Study& study, const SetupOptions& options) const {
  return setup(study.json(), options);
}

Result<std::string> Client::check(const std::string& config_json) const {
  v1::SetupRequest request;
  if (auto error = read_json(config_json, "config", *request.mutable_config(), "INVALID_CONFIG")) return *error;
  request.set_validate_only(true);
  v1::SetupResponse response;
  if (auto error = connection_->call(&Connection::Stub::Setup, request, response, connection_->timeout().record)) {
    return *error;
  }
  return write_json(response.config());
}

Result<Experiment> Client::experiment(const std::string& experiment_id) const {
  v1::GetExperimentRequest request;
  request.set_experiment_id(experiment_id);
  v1::GetExperimentResponse response;
  if (auto error =
          connection_->call(&Connection::Stub::GetExperiment, request, response, connection_->timeout().record)) {
    return *error;
  }
  auto handle = std::make_shared<Experiment::Handle>();
  handle->connection = connection_;
  handle->id = response.experiment().experiment_id();
  handle->participant_id = response.experiment().participant_id();
  handle->timeout = connection_->timeout();
  handle->take_names(response.experiment().config());
  return Experiment(handle);
}

Result<std::vector<ExperimentState>> Client::experiments(const ExperimentFilter& filter) const {
  v1::ListExperimentsRequest request;
  request.set_participant_id(filter.participant_id);
  request.set_name(filter.name);
  write_labels(filter.labels, *request.mutable_labels());
  std::vector<ExperimentState> found;
  do {
    v1::ListExperimentsResponse response;
    if (auto error =
            connection_->call(&Connection::Stub::ListExperiments, request, response, connection_->timeout().record)) {
      return *error;
    }
    std::transform(response.experiments().begin(), response.experiments().end(), std::back_inserter(found), read_state);
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return found;
}

Result<ServerInfo> Client::server_info() const {
  v1::GetServerInfoResponse response;
  if (auto error = connection_->call(&Connection::Stub::GetServerInfo, v1::GetServerInfoRequest(), response,
                                     connection_->timeout().record)) {
    return *error;
  }
  const v1::Limits& limits = response.limits();
  ServerInfo info;
  info.version = response.version();
  info.limits = {limits.max_observations_per_tell(), limits.max_trials_per_ask(), limits.max_points_per_query(),
                 limits.max_page_size(), limits.max_message_bytes()};
  info.models = names_of(response.models());
  info.acquisitions = names_of(response.acquisitions());
  info.generators = names_of(response.generators());
  info.queries = {response.queries().begin(), response.queries().end()};
  info.outcome_kinds = {response.outcome_kinds().begin(), response.outcome_kinds().end()};
  return info;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.is_open() || file.bad()) return invalid_argument(path, "The file " + path + " can't be read.");
  return text.str();
}

std::string new_id() {
  static thread_local std::random_device random;
  std::string id;
  for (int word = 0; word < 4; ++word) {
    const std::uint32_t bits = random();
    for (int shift = 28; shift >= 0; shift -= 4) id += "0123456789abcdef"[bits >> shift & 0xf];
  }
  return id;
}

}  // namespace aepsych

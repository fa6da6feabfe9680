// Servers and experiments.
#include <set>

#include "behaviours.hpp"

namespace conformance {

Study yes_no(int sobol_trials) {
  Study study("conformance");
  study.parameter(Parameter::continuous("contrast", 0.01, 1).log_scale())
      .parameter(Parameter::continuous("frequency", 0.5, 16).unit("cycles/degree"))
      .intensity_parameter("contrast")
      .strategy(Strategy().generator("sobol").min_asks(sobol_trials))
      .strategy(Strategy().model("gp_classification").min_asks(30))
      .seed(1);
  return study;
}

Values stimulus(double contrast, double frequency) { return {{"contrast", contrast}, {"frequency", frequency}}; }

std::string server_info(const Client& client) {
  const auto info = client.server_info();
  MUST_SUCCEED(info);
  MUST(!info->version.empty());
  MUST(info->limits.observations_per_tell >= 500);
  MUST(std::set<std::string>(info->models.begin(), info->models.end()).count("gp_classification"));
  return "";
}

std::string setup(const Client& client) {
  SetupOptions options;
  options.participant_id = "p01";
  options.labels = {{"lab", "conformance"}};
  const auto experiment = client.setup(yes_no(), options);
  MUST_SUCCEED(experiment);
  MUST(!experiment->id().empty());
  MUST(experiment->parameters() == (std::vector<std::string>{"contrast", "frequency"}));
  MUST(experiment->outcomes() == std::vector<std::string>{"response"});
  MUST(!experiment->duplicate());
  ExperimentFilter filter;
  filter.participant_id = "p01";
  filter.labels = options.labels;
  const auto found = client.experiments(filter);
  MUST_SUCCEED(found);
  MUST(!found->empty() && found->front().experiment_id == experiment->id());
  return "";
}

std::string setup_twice(const Client& client) {
  SetupOptions options;
  options.request_id = new_id();
  const auto first = client.setup(yes_no(), options);
  const auto again = client.setup(yes_no(), options);
  MUST_SUCCEED(first);
  MUST_SUCCEED(again);
  MUST(first->id() == again->id());
  MUST(!first->duplicate() && again->duplicate());
  return "";
}

std::string setup_refused(const Client& client) {
  Study study;
  study.parameter(Parameter::continuous("contrast", 1, 0)).strategy(Strategy().generator("sobool").min_asks(10));
  const auto refused = client.setup(study);
  MUST(!refused);
  const Error& error = refused.error();
  MUST(error.code == Code::invalid_argument && error.reason == "INVALID_CONFIG");
  std::set<std::string> paths;
  for (const Violation& violation : error.violations) {
    MUST(!violation.message.empty());
    paths.insert(violation.path);
  }
  MUST(paths.count("config.strategies[0].generator.name"));
  MUST(paths.size() >= 2);
  MUST(!error.retryable);
  MUST(client.setup("{\"parametrs\": []}").error().reason == "INVALID_CONFIG");
  return "";
}

std::string not_found(const Client& client) {
  const auto none = client.experiment("no-such-experiment");
  MUST(!none);
  MUST(none.error().code == Code::not_found && none.error().reason == "EXPERIMENT_NOT_FOUND");
  MUST(none.error().metadata.at("experiment_id") == "no-such-experiment");
  return "";
}

}  // namespace conformance

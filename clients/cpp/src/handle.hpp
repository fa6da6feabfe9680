// What the client knows of one experiment.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aepsych_grpc/experiment.hpp"
#include "connection.hpp"

namespace aepsych {

struct Experiment::Handle {
  std::shared_ptr<Connection> connection;
  std::string id;
  std::string participant_id;
  std::vector<std::string> warnings;
  bool duplicate = false;
  std::vector<std::string> parameters;
  std::vector<std::string> outcomes;
  Timeout timeout;

  /// Take the names of parameters and outcomes from the config as the server understands it.
  void take_names(const v1::ExperimentConfig& config) {
    for (const auto& item : config.parameters()) parameters.push_back(item.name());
    for (const auto& item : config.outcomes()) outcomes.push_back(item.name());
  }

  /// Make a call whose observations, or outcomes, are written; the rest of its request is written here.
  Result<std::vector<Receipt>> tell(v1::TellRequest& request, std::chrono::microseconds deadline) const;
  Result<Trial> revise(v1::ReviseTrialRequest& request, int trial_id, const std::string& reason) const;
  /// Ask the model; the question itself is written.
  Result<v1::QueryResponse> query(v1::QueryRequest& request, const QueryOptions& options) const;
};

}  // namespace aepsych

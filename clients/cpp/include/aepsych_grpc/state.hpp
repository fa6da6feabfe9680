/// \file
/// Experiments and servers at a glance.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aepsych_grpc/trial.hpp"

namespace aepsych {

/// How far a strategy is.
struct StrategyProgress {
  std::string name;
  int asked_count = 0;
  int told_count = 0;
  bool finished = false;
  /// What is still missing, for people, such as "asks 7 of 10".
  std::vector<std::string> remaining;
  std::string generator;
  std::string model;
  std::string acquisition;
};

/// The state of an experiment. A list of experiments leaves out what is marked "(state only)".
struct ExperimentState {
  std::string experiment_id;
  std::string participant_id;
  /// Name of the study.
  std::string name;
  std::map<std::string, std::string> labels;
  /// Sequence of the latest event.
  int sequence = 0;
  /// Whether nothing is left to ask.
  bool finished = false;
  int asked_count = 0;
  /// Observations told so far, excluded and retracted ones included.
  int told_count = 0;
  /// (state only) Trials that await a response.
  int pending_count = 0;
  /// (state only) Name of the strategy whose turn it is; empty when finished.
  std::string current_strategy;
  /// (state only)
  std::vector<StrategyProgress> strategies;
  /// (state only) Whether there is a model and data to query.
  bool can_model = false;
  TimePoint create_time;
  TimePoint update_time;
  /// (state only) Earlier experiments whose responses were carried over, and how many; no other count includes them.
  std::vector<std::string> warm_started_from;
  int carried_over_count = 0;
};

/// What the server takes in one call.
struct Limits {
  int observations_per_tell = 0;
  int trials_per_ask = 0;
  int points_per_query = 0;
  int page_size = 0;
  int message_bytes = 0;
};

/// A server at a glance.
struct ServerInfo {
  std::string version;
  Limits limits;
  /// Names that a config may use; `Client::call` with "GetServerInfo" has their options too.
  std::vector<std::string> models;
  std::vector<std::string> acquisitions;
  std::vector<std::string> generators;
  /// Names of the queries that are answered, and of the outcome kinds that can be learned from.
  std::vector<std::string> queries;
  std::vector<std::string> outcome_kinds;
};

}  // namespace aepsych

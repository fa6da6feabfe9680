// Messages of the contract <-> what the facade has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aepsych_grpc/query.hpp"
#include "aepsych_grpc/state.hpp"
#include "aepsych_grpc/trial.hpp"
#include "aepsych_grpc/v1/experiment.pb.h"
#include "aepsych_grpc/v1/query.pb.h"
#include "aepsych_grpc/v1/trial.pb.h"

namespace aepsych {

namespace v1 = ::aepsych_grpc::v1;
using ValueMap = google::protobuf::Map<std::string, google::protobuf::Value>;
using Names = std::vector<std::string>;

void write_values(const Values& values, ValueMap& map);
void write_stimuli(const std::vector<Values>& stimuli, google::protobuf::RepeatedPtrField<v1::Stimulus>& messages);
/// An error where the seconds are no number, or more than a Duration has.
std::optional<Error> write_duration(const std::string& path, Seconds seconds, google::protobuf::Duration& message);
/// Parse JSON into a message; an error names the path.
std::optional<Error> read_json(const std::string& json, const std::string& path, google::protobuf::Message& message,
                               const std::string& reason = "INVALID_REQUEST");
/// Write a message as JSON, with the contract's own names of fields.
std::string write_json(const google::protobuf::Message& message);

/// Values in the order of `names`, others after them.
Values read_values(const ValueMap& map, const Names& names);
Estimate read_estimate(const v1::Estimate& message);
/// Args: the names of the parameters and outcomes, in the order of the config.
Trial read_trial(const v1::Trial& message, const Names& parameters, const Names& outcomes);
ExperimentState read_state(const v1::Experiment& message);

}  // namespace aepsych

#include "messages.hpp"

#include <google/protobuf/util/json_util.h>

#include <cmath>
#include <set>

#include "json.hpp"
#include "local_error.hpp"

namespace aepsych {

namespace {

TimePoint read_time(const google::protobuf::Timestamp& message) {
  const auto since = std::chrono::seconds(message.seconds()) + std::chrono::nanoseconds(message.nanos());
  return TimePoint(std::chrono::duration_cast<TimePoint::duration>(since));
}

/// A JSON value that is no number, text or bool is kept as its JSON text.
Value read_value(const google::protobuf::Value& message) {
  switch (message.kind_case()) {
    case google::protobuf::Value::kNumberValue: return message.number_value();
    case google::protobuf::Value::kBoolValue: return message.bool_value();
    case google::protobuf::Value::kStringValue: return message.string_value();
    default: return write_json(message);
  }
}

/// The name of an enum's value in lower case, without its prefix; one that a newer server has added is not known.
std::string lower_name(const std::string& name, const std::string& prefix) {
  std::string lower = name.empty() ? "unspecified" : name.substr(prefix.size());
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

}  // namespace

void write_values(const Values& values, ValueMap& map) {
  for (const auto& [name, value] : values) {
    google::protobuf::Value& message = map[name];
    if (const std::string* text = value.text()) {
      message.set_string_value(*text);
    } else if (const bool* flag = value.flag()) {
      message.set_bool_value(*flag);
    } else {
      message.set_number_value(*value.number());
    }
  }
}

void write_stimuli(const std::vector<Values>& stimuli, google::protobuf::RepeatedPtrField<v1::Stimulus>& messages) {
  for (const Values& stimulus : stimuli) write_values(stimulus, *messages.Add()->mutable_values());
}

std::optional<Error> write_duration(const std::string& path, Seconds seconds, google::protobuf::Duration& message) {
  constexpr double kLongest = 315576000000.0;  // 10,000 years: the longest that a Duration has
  constexpr std::int64_t kNanoseconds = 1000000000;
  if (!(std::abs(seconds.count()) <= kLongest)) {
    return invalid_argument(path, path + " is " + std::to_string(seconds.count()) + " s; give a number of seconds.");
  }
  const double whole = std::floor(seconds.count());
  const std::int64_t nanoseconds = std::llround((seconds.count() - whole) * 1e9);
  const std::int64_t total = static_cast<std::int64_t>(whole) + nanoseconds / kNanoseconds;
  // Both parts of a Duration have the same sign.
  const bool carries = total < 0 && nanoseconds % kNanoseconds != 0;
  message.set_seconds(total + (carries ? 1 : 0));
  message.set_nanos(static_cast<std::int32_t>(nanoseconds % kNanoseconds - (carries ? kNanoseconds : 0)));
  return std::nullopt;
}

std::optional<Error> read_json(const std::string& json, const std::string& path, google::protobuf::Message& message,
                               const std::string& reason) {
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  if (status.ok()) return std::nullopt;
  return invalid_argument(path, "This JSON does not have the form of " + path + ": " + std::string(status.message()),
                          reason);
}

std::string write_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails for numbers that are not finite where JSON has none (a Value): there is no JSON of it then.
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "";
  return json;
}

Values read_values(const ValueMap& map, const Names& names) {
  Values values;
  for (const std::string& name : names) {
    if (const auto found = map.find(name); found != map.end()) values.set(name, read_value(found->second));
  }
  std::set<std::string> others;
  for (const auto& entry : map) others.insert(entry.first);
  for (const std::string& name : names) others.erase(name);
  for (const std::string& name : others) values.set(name, read_value(map.at(name)));
  return values;
}

Result<Values> values_from_json(const std::string& json, const std::string& path) {
  google::protobuf::Struct object;
  if (auto error = read_json(json, path, object)) return *error;
  return read_values(object.fields(), {});
}

Estimate read_estimate(const v1::Estimate& message) {
  return {message.mean(), message.variance(), message.lower(), message.upper()};
}

Trial read_trial(const v1::Trial& message, const Names& parameters, const Names& outcomes) {
  Trial trial;
  trial.trial_id = message.trial_id();
  for (const v1::Stimulus& stimulus : message.stimuli()) {
    trial.stimuli.push_back(read_values(stimulus.values(), parameters));
  }
  trial.strategy = message.strategy();
  trial.source = lower_name(v1::TrialSource_Name(message.source()), "TRIAL_SOURCE_");
  trial.state = lower_name(v1::TrialState_Name(message.state()), "TRIAL_STATE_");
  trial.data_sequence = message.data_sequence();
  trial.sequence = message.sequence();
  trial.note = message.note();
  const v1::Observation& told = message.observation();
  trial.outcomes = read_values(told.outcomes(), outcomes);
  trial.exclude_from_model = told.exclude_from_model();
  if (told.has_response_time()) {
    const google::protobuf::Duration& taken = told.response_time();
    trial.response_time = Seconds(static_cast<double>(taken.seconds()) + 1e-9 * taken.nanos());
  }
  if (told.has_metadata()) trial.metadata = write_json(told.metadata());
  if (message.has_ask_time()) trial.ask_time = read_time(message.ask_time());
  if (message.has_tell_time()) trial.tell_time = read_time(message.tell_time());
  if (message.has_posterior()) trial.posterior = read_estimate(message.posterior());
  if (message.has_revision()) {
    const v1::Revision& revision = message.revision();
    trial.revision = Revision{read_values(revision.told_outcomes(), outcomes), revision.count(),
                              read_time(revision.revise_time()), revision.reason(), revision.tell_sequence()};
  }
  return trial;
}

ExperimentState read_state(const v1::Experiment& message) {
  ExperimentState state;
  state.experiment_id = message.experiment_id();
  state.participant_id = message.participant_id();
  state.name = message.name();
  state.labels = {message.labels().begin(), message.labels().end()};
  state.sequence = message.sequence();
  state.finished = message.state() == v1::EXPERIMENT_STATE_FINISHED;
  state.asked_count = message.asked_count();
  state.told_count = message.told_count();
  state.pending_count = message.pending_count();
  state.current_strategy = message.current_strategy();
  for (const v1::StrategyProgress& item : message.strategies()) {
    state.strategies.push_back({item.name(), item.asked_count(), item.told_count(), item.finished(),
                                {item.remaining().begin(), item.remaining().end()},
                                item.generator(), item.model(), item.acquisition()});
  }
  state.can_model = message.can_model();
  state.create_time = read_time(message.create_time());
  state.update_time = read_time(message.update_time());
  state.warm_started_from = {message.warm_start_experiment_ids().begin(), message.warm_start_experiment_ids().end()};
  state.carried_over_count = message.carried_over_count();
  return state;
}

}  // namespace aepsych

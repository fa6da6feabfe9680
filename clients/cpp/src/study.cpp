#include "aepsych_grpc/study.hpp"

#include "json.hpp"

namespace aepsych {

namespace {

template <class Items>
std::string list_of(const Items& items) {
  std::vector<std::string> list;
  for (const auto& item : items) list.push_back(json_of(item));
  return json_list(list);
}

/// An object with its fields and, inside, the one of its kind.
std::string with_kind(JsonFields fields, const std::string& kind, const JsonFields& kind_fields) {
  fields.add(kind, std::string_view(kind_fields.object()));
  return fields.object();
}

}  // namespace

Parameter::Parameter(std::string_view name, std::string_view kind) : kind_(kind) { fields_.add("name", Value(name)); }

Parameter Parameter::continuous(std::string_view name, double lower_bound, double upper_bound) {
  Parameter parameter(name, "continuous");
  parameter.kind_fields_.add("lower_bound", Value(lower_bound));
  parameter.kind_fields_.add("upper_bound", Value(upper_bound));
  return parameter;
}

Parameter Parameter::integer(std::string_view name, int lower_bound, int upper_bound) {
  Parameter parameter = continuous(name, lower_bound, upper_bound);
  parameter.kind_ = "integer";
  return parameter;
}

Parameter Parameter::binary(std::string_view name) { return {name, "binary"}; }

Parameter Parameter::categorical(std::string_view name, const std::vector<std::string>& choices) {
  Parameter parameter(name, "categorical");
  parameter.kind_fields_.add("choices", std::string_view(list_of(choices)));
  return parameter;
}

Parameter Parameter::discrete(std::string_view name, const std::vector<double>& values) {
  Parameter parameter(name, "discrete");
  parameter.kind_fields_.add("values", std::string_view(list_of(values)));
  return parameter;
}

Parameter Parameter::fixed(std::string_view name, const Value& value) {
  Parameter parameter(name, "fixed");
  parameter.kind_fields_.add("value", value);
  return parameter;
}

Parameter& Parameter::log_scale() { return kind_fields_.add("log_scale", Value(true)), *this; }
Parameter& Parameter::ordered() { return kind_fields_.add("ordered", Value(true)), *this; }
Parameter& Parameter::unit(std::string_view unit) { return fields_.add("unit", Value(unit)), *this; }
Parameter& Parameter::description(std::string_view text) { return fields_.add("description", Value(text)), *this; }
std::string Parameter::json() const { return with_kind(fields_, kind_, kind_fields_); }

Outcome::Outcome(std::string_view name, std::string_view kind) : kind_(kind) { fields_.add("name", Value(name)); }

Outcome Outcome::binary(std::string_view name) { return {name, "binary"}; }
Outcome Outcome::continuous(std::string_view name) { return {name, "continuous"}; }
Outcome Outcome::choice(std::string_view name) { return {name, "choice"}; }

Outcome Outcome::ordinal(std::string_view name, int levels) {
  Outcome outcome(name, "ordinal");
  outcome.kind_fields_.add("levels", Value(levels));
  return outcome;
}

Outcome Outcome::proportion(std::string_view name, int trials) {
  Outcome outcome(name, "proportion");
  outcome.kind_fields_.add("trials", Value(trials));
  return outcome;
}

Outcome& Outcome::guess_rate(double rate) { return kind_fields_.add("guess_rate", Value(rate)), *this; }
Outcome& Outcome::lapse_rate(double rate) { return kind_fields_.add("lapse_rate", Value(rate)), *this; }
Outcome& Outcome::target(double target) { return kind_fields_.add("target", Value(target)), *this; }
Outcome& Outcome::unit(std::string_view unit) { return kind_fields_.add("unit", Value(unit)), *this; }
std::string Outcome::json() const { return with_kind(fields_, kind_, kind_fields_); }

Strategy::Strategy(std::string_view name) {
  if (!name.empty()) fields_.add("name", Value(name));
}

Strategy& Strategy::component(std::string_view field, std::string_view name, std::string_view options) {
  JsonFields component;
  component.add("name", Value(name));
  component.add("options", options);
  fields_.add(field, std::string_view(component.object()));
  return *this;
}

Strategy& Strategy::rule(std::string_view name, const Value& value) { return stopping_.add(name, value), *this; }

Strategy& Strategy::generator(std::string_view name, std::string_view options) {
  return component("generator", name, options);
}

Strategy& Strategy::model(std::string_view name, std::string_view options) { return component("model", name, options); }

Strategy& Strategy::acquisition(std::string_view name, std::string_view options) {
  return component("acquisition", name, options);
}

Strategy& Strategy::keep_most_recent(int n) { return fields_.add("keep_most_recent", Value(n)), *this; }
Strategy& Strategy::skip_with_warm_start() { return fields_.add("skip_with_warm_start", Value(true)), *this; }
Strategy& Strategy::min_asks(int asks) { return rule("min_asks", asks); }
Strategy& Strategy::max_asks(int asks) { return rule("max_asks", asks); }
Strategy& Strategy::min_total_tells(int tells) { return rule("min_total_tells", tells); }
Strategy& Strategy::min_outcome_occurrences(int count) { return rule("min_outcome_occurrences", count); }
Strategy& Strategy::run_indefinitely() { return rule("run_indefinitely", true); }
Strategy& Strategy::min_posterior_range(double range) { return rule("min_posterior_range", range); }
Strategy& Strategy::max_threshold_interval(double share) { return rule("max_threshold_interval", share); }
Strategy& Strategy::max_seconds(double seconds) { return rule("max_seconds", seconds); }
std::string Strategy::json() const { return with_kind(fields_, "stopping", stopping_); }

Study::Study(std::string_view name) {
  if (!name.empty()) fields_.add("name", Value(name));
}

Study& Study::description(std::string_view text) { return fields_.add("description", Value(text)), *this; }
Study& Study::label(std::string_view key, std::string_view value) { return labels_.add(key, Value(value)), *this; }
Study& Study::parameter(const Parameter& parameter) { return parameters_.push_back(parameter.json()), *this; }
Study& Study::outcome(const Outcome& outcome) { return outcomes_.push_back(outcome.json()), *this; }
Study& Study::strategy(const Strategy& strategy) { return strategies_.push_back(strategy.json()), *this; }
Study& Study::stimuli_per_trial(int count) { return fields_.add("stimuli_per_trial", Value(count)), *this; }
Study& Study::intensity_parameter(std::string_view name) {
  return fields_.add("intensity_parameter", Value(name)), *this;
}
Study& Study::seed(int seed) { return fields_.add("seed", Value(seed)), *this; }
Study& Study::allow_out_of_bounds() { return fields_.add("allow_out_of_bounds", Value(true)), *this; }
Study& Study::field(std::string_view name, std::string_view json) { return fields_.add(name, json), *this; }

std::string Study::json() const {
  JsonFields fields = fields_;
  fields.add("labels", std::string_view(labels_.object()));
  fields.add("parameters", std::string_view(json_list(parameters_)));
  fields.add("outcomes", std::string_view(json_list(outcomes_)));
  fields.add("strategies", std::string_view(json_list(strategies_)));
  return fields.object();
}

}  // namespace aepsych

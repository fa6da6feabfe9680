#include "aepsych_grpc/values.hpp"

#include <algorithm>

#include "local_error.hpp"

namespace aepsych {

namespace {

Error no_such(const Values& values, std::string_view name, const char* kind) {
  std::string names;
  for (const auto& entry : values) names += (names.empty() ? "" : ", ") + entry.first;
  const std::string wanted(name);
  return invalid_argument(wanted, values.find(name) ? "\"" + wanted + "\" is no " + kind + "."
                                                    : "There is no \"" + wanted + "\", only: " + names + ".");
}

}  // namespace

Values::Values(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) set(entry.first, entry.second);
}

void Values::set(std::string_view name, Value value) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.first == name; });
  if (found != entries_.end()) {
    found->second = std::move(value);
  } else {
    entries_.emplace_back(std::string(name), std::move(value));
  }
}

const Value* Values::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.first == name; });
  return found == entries_.end() ? nullptr : &found->second;
}

Result<double> Values::number(std::string_view name) const {
  const Value* value = find(name);
  if (value && value->number()) return *value->number();
  return no_such(*this, name, "number");
}

Result<std::string> Values::text(std::string_view name) const {
  const Value* value = find(name);
  if (value && value->text()) return *value->text();
  return no_such(*this, name, "text");
}

Result<bool> Values::flag(std::string_view name) const {
  const Value* value = find(name);
  if (value && value->flag()) return *value->flag();
  return no_such(*this, name, "bool");
}

}  // namespace aepsych

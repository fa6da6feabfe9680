/// \file
/// Values by name: stimuli, outcomes, fixed parameters.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "aepsych_grpc/result.hpp"

namespace aepsych {

/// A number, a text or a bool. Texts are UTF-8.
class Value {
 public:
  using Variant = std::variant<double, std::string, bool>;

  template <class Number, std::enable_if_t<std::is_arithmetic_v<Number>, int> = 0>
  Value(Number number) : data_(static_cast<double>(number)) {}
  Value(bool flag) : data_(flag) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(char) = delete;  // a key that was pressed is no number

  /// The number, text or bool; null when it is another kind of value.
  const double* number() const { return std::get_if<double>(&data_); }
  const std::string* text() const { return std::get_if<std::string>(&data_); }
  const bool* flag() const { return std::get_if<bool>(&data_); }
  const Variant& variant() const { return data_; }

  friend bool operator==(const Value& a, const Value& b) { return a.data_ == b.data_; }
  friend bool operator!=(const Value& a, const Value& b) { return !(a == b); }

 private:
  Variant data_;
};

/// Values by name, in an order of their own; those that come from a server are in the order of the config.
class Values {
 public:
  using Entry = std::pair<std::string, Value>;

  Values() = default;
  Values(std::initializer_list<Entry> entries);

  /// Set a value; a new name comes last.
  void set(std::string_view name, Value value);
  /// The value of this name; null without one.
  const Value* find(std::string_view name) const;

  /// The value of this name as the kind that it must have. The error says which names there are.
  Result<double> number(std::string_view name) const;
  Result<std::string> text(std::string_view name) const;
  Result<bool> flag(std::string_view name) const;

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

  friend bool operator==(const Values& a, const Values& b) { return a.entries_ == b.entries_; }
  friend bool operator!=(const Values& a, const Values& b) { return !(a == b); }

 private:
  std::vector<Entry> entries_;
};

/// Return values as the text of a JSON object. Numbers that are not finite become texts, "NaN" or "Infinity".
std::string to_json(const Values& values);

}  // namespace aepsych

/// \file
/// What a call returns: a value, or why there is none. No call throws.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "aepsych_grpc/error.hpp"

namespace aepsych {

namespace detail {
/// Print a message to stderr and abort the program.
[[noreturn]] void give_up(const std::string& message);
}  // namespace detail

/// A value, or the error that there is instead.
///
/// Look before you take: `if (result) use(*result); else report(result.error());`. Taking the value of an error (or the
/// error of a value) is a mistake of the program: it prints the error and aborts.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : data_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : data_(std::in_place_index<1>, std::move(error)) {}

  /// Whether there is a value.
  bool ok() const { return data_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& { return checked(), *std::get_if<0>(&data_); }
  T& value() & { return checked(), *std::get_if<0>(&data_); }
  T value() && { return checked(), std::move(*std::get_if<0>(&data_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const Error& error() const {
    if (ok()) detail::give_up("The error of a call that succeeded was taken.");
    return *std::get_if<1>(&data_);
  }

 private:
  void checked() const {
    if (!ok()) detail::give_up(error().text());
  }

  std::variant<T, Error> data_;
};

}  // namespace aepsych

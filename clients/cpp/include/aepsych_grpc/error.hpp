/// \file
/// Why a call failed.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace aepsych {

/// The canonical status codes, with gRPC's numbers.
enum class Code {
  ok = 0,
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

/// Return a code's name, such as "NOT_FOUND".
const char* name_of(Code code);

/// A field at fault.
struct Violation {
  /// Where, such as "config.parameters[2].lower_bound".
  std::string path;
  /// What was given, what is allowed and what to do.
  std::string message;
};

/// A call that failed. Nothing of it was recorded, unless the code is deadline_exceeded: then that is not known.
struct Error {
  Code code = Code::unknown;
  /// Why, a name of the contract's ErrorReason such as "EXPERIMENT_NOT_FOUND"; empty when the failure did not come from
  /// the service itself.
  std::string reason;
  /// What was given, what is allowed and what to do, for people.
  std::string message;
  /// The fields at fault, all of them.
  std::vector<Violation> violations;
  /// Facts for programs, such as the experiment's id.
  std::map<std::string, std::string> metadata;
  /// Whether the same call, with the same ids, may succeed when it is sent again later.
  bool retryable = false;
  /// The request_id that the call carried; empty for calls without one. Give it to the same call to send it again.
  std::string request_id;

  /// Whether nothing was left to ask: the regular end of an experiment.
  bool finished() const { return reason == "EXPERIMENT_FINISHED"; }
  /// All of it as a text for people, a line for each violation.
  std::string text() const;
};

}  // namespace aepsych

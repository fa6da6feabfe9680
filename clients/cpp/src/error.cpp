#include "aepsych_grpc/error.hpp"

#include <cstdio>
#include <cstdlib>

#include "aepsych_grpc/result.hpp"

namespace aepsych {

const char* name_of(Code code) {
  switch (code) {
    case Code::ok: return "OK";
    case Code::cancelled: return "CANCELLED";
    case Code::unknown: return "UNKNOWN";
    case Code::invalid_argument: return "INVALID_ARGUMENT";
    case Code::deadline_exceeded: return "DEADLINE_EXCEEDED";
    case Code::not_found: return "NOT_FOUND";
    case Code::already_exists: return "ALREADY_EXISTS";
    case Code::permission_denied: return "PERMISSION_DENIED";
    case Code::resource_exhausted: return "RESOURCE_EXHAUSTED";
    case Code::failed_precondition: return "FAILED_PRECONDITION";
    case Code::aborted: return "ABORTED";
    case Code::out_of_range: return "OUT_OF_RANGE";
    case Code::unimplemented: return "UNIMPLEMENTED";
    case Code::internal: return "INTERNAL";
    case Code::unavailable: return "UNAVAILABLE";
    case Code::data_loss: return "DATA_LOSS";
    case Code::unauthenticated: return "UNAUTHENTICATED";
  }
  return "UNKNOWN";
}

std::string Error::text() const {
  std::string text = std::string(name_of(code)) + (reason.empty() ? "" : " (" + reason + ")") + ": " + message;
  // The message of a single mistake says it already.
  if (violations.size() == 1 && message.find(violations[0].message) != std::string::npos) return text;
  for (const Violation& violation : violations) {
    text += "\n  " + (violation.path.empty() ? "" : violation.path + ": ") + violation.message;
  }
  return text;
}

void detail::give_up(const std::string& message) {
  std::fprintf(stderr, "aepsych_grpc: %s\n", message.c_str());
  std::abort();
}

}  // namespace aepsych

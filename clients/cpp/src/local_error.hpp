// Errors that the client finds before anything is sent, in the server's terms.
#pragma once

#include <string>

#include "aepsych_grpc/error.hpp"

namespace aepsych {

/// An argument that cannot be sent.
inline Error invalid_argument(const std::string& path, const std::string& message,
                              const std::string& reason = "INVALID_REQUEST") {
  return Error{Code::invalid_argument, reason, message, {{path, message}}, {}, false, ""};
}

}  // namespace aepsych

// A failed call's status as the error that the caller sees.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "aepsych_grpc/error.hpp"

namespace aepsych {

Error error_from_status(const grpc::Status& status, const std::string& target);

}  // namespace aepsych

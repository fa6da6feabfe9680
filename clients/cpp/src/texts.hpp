// Texts that go into messages.
#pragma once

#include <google/protobuf/message.h>

#include <optional>

#include "aepsych_grpc/error.hpp"

namespace aepsych {

/// An error where a text of a message is no UTF-8, such as "Größe" from a source file in Latin-1. The server could
/// not read the message, nor say what is wrong with it.
std::optional<Error> check_texts(const google::protobuf::Message& message);

}  // namespace aepsych

// Values as JSON texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "aepsych_grpc/values.hpp"

namespace aepsych {

std::string json_of(const Value& value);
/// A list of what is JSON already.
std::string json_list(const std::vector<std::string>& items);
/// Values from the text of a JSON object.
Result<Values> values_from_json(const std::string& json, const std::string& path);

}  // namespace aepsych

#include "json.hpp"

#include <cmath>
#include <cstdio>
#include <locale>
#include <sstream>

#include "aepsych_grpc/study.hpp"

namespace aepsych {

namespace {

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      json += escape;
    } else {
      json += c;
    }
  }
  return json + '"';
}

std::string number(double value) {
  if (std::isnan(value)) return quoted("NaN");
  if (std::isinf(value)) return quoted(value > 0 ? "Infinity" : "-Infinity");
  std::ostringstream text;
  text.imbue(std::locale::classic());  // a decimal point, whatever the program's locale
  text.precision(17);
  text << value;
  return text.str();
}

}  // namespace

std::string json_of(const Value& value) {
  if (const std::string* text = value.text()) return quoted(*text);
  if (const bool* flag = value.flag()) return *flag ? "true" : "false";
  return number(*value.number());
}

std::string json_list(const std::vector<std::string>& items) {
  std::string list;
  for (const std::string& item : items) list += (list.empty() ? "" : ",") + item;
  return "[" + list + "]";
}

std::string to_json(const Values& values) {
  JsonFields fields;
  for (const auto& [name, value] : values) fields.add(name, value);
  return fields.object();
}

void JsonFields::add(std::string_view name, std::string_view json) {
  if (!fields_.empty()) fields_ += ",";
  fields_ += quoted(name) + ":" + std::string(json);
}

void JsonFields::add(std::string_view name, const Value& value) { add(name, std::string_view(json_of(value))); }

}  // namespace aepsych

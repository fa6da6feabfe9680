#include "texts.hpp"

#include <string>

#include "local_error.hpp"

namespace aepsych {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Whether a text is UTF-8: no stray bytes, nothing longer than it need be, no surrogates, nothing past U+10FFFF.
bool is_utf8(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (length == 1) {
      ++i;
      continue;
    }
    if (first < 0xc2 || first > 0xf4 || i + length > text.size()) return false;
    unsigned long character = first & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0u) != 0x80u) return false;
      character = character << 6u | (next & 0x3fu);
    }
    const bool too_long = (length == 3 && character < 0x800) || (length == 4 && character < 0x10000);
    const bool surrogate = character >= 0xd800 && character <= 0xdfff;
    if (too_long || surrogate || character > 0x10ffff) return false;
    i += length;
  }
  return true;
}

/// The path of the first text that is no UTF-8; empty when there is none.
std::string first_garbled(const Message& message, const std::string& prefix) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool text = field->type() == FieldDescriptor::TYPE_STRING;
    if (!text && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string path =
          prefix + field->name() + (field->is_repeated() ? "[" + std::to_string(i) + "]" : "");
      if (text) {
        std::string scratch;
        const std::string& value = field->is_repeated()
                                       ? reflection.GetRepeatedStringReference(message, field, i, &scratch)
                                       : reflection.GetStringReference(message, field, &scratch);
        if (!is_utf8(value)) return path;
      } else {
        const Message& part = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                   : reflection.GetMessage(message, field);
        const std::string found = first_garbled(part, path + ".");
        if (!found.empty()) return found;
      }
    }
  }
  return "";
}

}  // namespace

std::optional<Error> check_texts(const Message& message) {
  const std::string path = first_garbled(message, "");
  if (path.empty()) return std::nullopt;
  return invalid_argument(path, "The text at " + path + " is not UTF-8; save the program's sources and files as such.");
}

}  // namespace aepsych

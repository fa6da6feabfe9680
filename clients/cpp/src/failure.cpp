#include "failure.hpp"

#include "failure_details.pb.h"

namespace aepsych {

namespace {

constexpr char kDomain[] = "aepsych_grpc";

/// Whether a detail is of a type, such as "google.rpc.ErrorInfo"; if so it is parsed.
template <class Message>
bool unpack(const google::protobuf::Any& detail, const std::string& type, Message& message) {
  const std::string& url = detail.type_url();
  return url.substr(url.find_last_of('/') + 1) == type && message.ParseFromString(detail.value());
}

}  // namespace

Error error_from_status(const grpc::Status& status, const std::string& target) {
  Error error;
  error.code = static_cast<Code>(status.error_code());
  error.message = status.error_message().empty() ? name_of(error.code) : status.error_message();
  error.retryable = error.code == Code::unavailable || error.code == Code::aborted ||
                    error.code == Code::deadline_exceeded;
  aepsych_grpc::client::FailureStatus details;
  details.ParseFromString(status.error_details());
  for (const google::protobuf::Any& detail : details.details()) {
    aepsych_grpc::client::FailureInfo info;
    aepsych_grpc::client::FailureFields fields;
    if (unpack(detail, "google.rpc.ErrorInfo", info) && info.domain() == kDomain) {
      error.reason = info.reason();
      error.metadata = {info.metadata().begin(), info.metadata().end()};
    } else if (unpack(detail, "google.rpc.BadRequest", fields)) {
      for (const auto& item : fields.field_violations()) error.violations.push_back({item.field(), item.description()});
    }
  }
  if (error.code == Code::unavailable && details.details().empty()) {
    error.message = "No server answers at " + target + " (" + status.error_message() +
                    "). Start one with `aepsych-grpc serve`, or give the client the address of a running one.";
  }
  return error;
}

}  // namespace aepsych

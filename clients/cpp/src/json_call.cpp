// Any unary call of the contract, with JSON for its request and response.
#include <map>

#include "aepsych_grpc/client.hpp"
#include "connection.hpp"
#include "local_error.hpp"
#include "messages.hpp"

namespace aepsych {

namespace {

using JsonCall = std::function<Result<std::string>(Connection&, const std::string&)>;

template <class Request, class Response>
JsonCall with_json(grpc::Status (Connection::Stub::*method)(grpc::ClientContext*, const Request&, Response*)) {
  return [method](Connection& connection, const std::string& json) -> Result<std::string> {
    Request request;
    if (auto error = read_json(json, Request::descriptor()->name(), request)) return *error;
    Response response;
    // Some of these compute and some record; what computes takes longer.
    if (auto error = connection.call(method, request, response, connection.timeout().compute)) return *error;
    return write_json(response);
  };
}

const std::map<std::string, JsonCall, std::less<>>& json_calls() {
  using Stub = Connection::Stub;
  static const std::map<std::string, JsonCall, std::less<>> calls{
      {"Setup", with_json(&Stub::Setup)},
      {"Ask", with_json(&Stub::Ask)},
      {"Tell", with_json(&Stub::Tell)},
      {"Query", with_json(&Stub::Query)},
      {"FinishStrategy", with_json(&Stub::FinishStrategy)},
      {"FinishExperiment", with_json(&Stub::FinishExperiment)},
      {"ReviseTrial", with_json(&Stub::ReviseTrial)},
      {"GetExperiment", with_json(&Stub::GetExperiment)},
      {"ListExperiments", with_json(&Stub::ListExperiments)},
      {"ListTrials", with_json(&Stub::ListTrials)},
      {"GetServerInfo", with_json(&Stub::GetServerInfo)},
  };
  return calls;
}

}  // namespace

Result<std::string> Client::call(std::string_view method, const std::string& request_json) const {
  const auto found = json_calls().find(method);
  if (found != json_calls().end()) return found->second(*connection_, request_json);
  std::string names;
  for (const auto& entry : json_calls()) names += (names.empty() ? "" : ", ") + entry.first;
  return invalid_argument("method", "There is no unary call \"" + std::string(method) + "\", only: " + names + ".");
}

}  // namespace aepsych

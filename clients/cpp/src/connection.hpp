// A connection to a server: carries calls, with deadlines and retries.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "aepsych_grpc/client.hpp"
#include "aepsych_grpc/v1/experiment_service.grpc.pb.h"

namespace aepsych {

namespace v1 = ::aepsych_grpc::v1;

class Connection {
 public:
  Connection(std::string target, const ClientOptions& options);

  const Timeout& timeout() const { return options_.timeout; }

  /// Make a call, again where that helps.
  ///
  /// Args:
  ///   method: As the stub has it, such as &Connection::Stub::Ask.
  ///   timeout: Within which the answer must be there, sending again included.
  using Stub = v1::ExperimentService::StubInterface;
  template <class Request, class Response>
  std::optional<Error> call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                            const Request& request, Response& response, std::chrono::microseconds timeout) {
    return exchange(request, timeout, [&](grpc::ClientContext* context) {
      return (stub_.get()->*method)(context, request, &response);
    });
  }

 private:
  using Attempt = std::function<grpc::Status(grpc::ClientContext*)>;
  std::optional<Error> exchange(const google::protobuf::Message& request, std::chrono::microseconds timeout,
                                const Attempt& attempt);

  const std::string target_;
  const ClientOptions options_;
  std::optional<Error> unusable_;  // why no call can be made
  std::unique_ptr<Stub> stub_;
  std::atomic<bool> reached_{false};  // whether the server has ever answered
};

}  // namespace aepsych

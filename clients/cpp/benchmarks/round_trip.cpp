// What a call of the client costs over bare gRPC, against a live server on the same machine.
//
//     round_trip HOST:PORT [CALLS]
//
// The two take turns, so that whatever else the machine does hits both.
#include <aepsych_grpc/client.hpp>

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "aepsych_grpc/v1/experiment_service.grpc.pb.h"

namespace {

namespace v1 = aepsych_grpc::v1;
using Clock = std::chrono::steady_clock;

double milliseconds_of(const std::function<bool()>& call) {
  const auto start = Clock::now();
  if (!call()) std::exit((std::fputs("a call failed\n", stderr), 1));
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void compare(const char* name, int calls, const std::function<bool()>& facade, const std::function<bool()>& bare) {
  std::vector<double> first, second;
  for (int i = 0; i < calls; ++i) {
    first.push_back(milliseconds_of(facade));
    second.push_back(milliseconds_of(bare));
  }
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  const auto half = static_cast<std::size_t>(calls) / 2, most = static_cast<std::size_t>(calls) * 99 / 100;
  std::printf("%-14s p50 %7.3f ms, bare gRPC %7.3f ms, more %+7.3f ms; p99 %7.3f ms, bare gRPC %7.3f ms\n", name,
              first[half], second[half], first[half] - second[half], first[most], second[most]);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return std::fprintf(stderr, "usage: %s HOST:PORT [CALLS]\n", arguments[0]), 2;
  const int calls = count > 2 ? std::atoi(arguments[2]) : 500;
  const aepsych::Client client(arguments[1]);
  const auto channel = grpc::CreateChannel(arguments[1], grpc::InsecureChannelCredentials());
  const auto stub = v1::ExperimentService::NewStub(channel);

  aepsych::Study study;
  study.parameter(aepsych::Parameter::continuous("contrast", 0, 1))
      .strategy(aepsych::Strategy().generator("sobol").run_indefinitely());
  const auto experiment = client.setup(study);
  if (!experiment) return std::fprintf(stderr, "%s\n", experiment.error().text().c_str()), 1;

  const auto bare_state = [&] {
    grpc::ClientContext context;
    v1::GetExperimentRequest request;
    v1::GetExperimentResponse response;
    request.set_experiment_id(experiment->id());
    return stub->GetExperiment(&context, request, &response).ok();
  };
  const auto bare_ask = [&] {
    grpc::ClientContext context;
    v1::AskRequest request;
    v1::AskResponse response;
    request.set_experiment_id(experiment->id());
    return stub->Ask(&context, request, &response).ok();
  };
  const auto bare_tell = [&] {
    grpc::ClientContext context;
    v1::TellRequest request;
    v1::TellResponse response;
    request.set_experiment_id(experiment->id());
    v1::Observation& observation = *request.add_observations();
    (*observation.add_stimuli()->mutable_values())["contrast"].set_number_value(0.5);
    (*observation.mutable_outcomes())["response"].set_number_value(1);
    return stub->Tell(&context, request, &response).ok();
  };
  compare("GetExperiment", calls, [&] { return experiment->state().ok(); }, bare_state);
  compare("Ask", calls, [&] { return experiment->ask().ok(); }, bare_ask);
  compare("Tell", calls, [&] { return experiment->tell({aepsych::Values{{"contrast", 0.5}}, 1}).ok(); }, bare_tell);
  return 0;
}

// The behaviours that every client must show; tests/clients/README.md describes them.
#pragma once

#include <aepsych_grpc/client.hpp>

#include <string>

namespace conformance {

using namespace aepsych;

// A behaviour returns why it does not hold, or "".
#define MUST(condition) \
  if (!(condition)) return "line " + std::to_string(__LINE__) + ": " #condition
#define MUST_SUCCEED(result) \
  if (!(result)) return "line " + std::to_string(__LINE__) + ": " #result ": " + (result).error().text()

/// A yes/no study of contrast: Sobol trials, then a model's.
Study yes_no(int sobol_trials = 20);
/// A stimulus of that study.
Values stimulus(double contrast, double frequency);

std::string server_info(const Client& client);
std::string setup(const Client& client);
std::string setup_twice(const Client& client);
std::string setup_refused(const Client& client);
std::string ask(const Client& client);
std::string ask_again(const Client& client);
std::string ask_batch(const Client& client);
std::string ask_fixed(const Client& client);
std::string tell(const Client& client);
std::string tell_again(const Client& client);
std::string tell_conflict(const Client& client);
std::string tell_refused(const Client& client);
std::string tell_and_ask(const Client& client);
std::string unsolicited(const Client& client);
std::string excluded(const Client& client);
std::string pairwise(const Client& client);
std::string unicode(const Client& client);
std::string several_outcomes(const Client& client);
std::string query_prediction(const Client& client);
std::string query_threshold(const Client& client);
std::string not_found(const Client& client);
std::string finish(const Client& client);
std::string reconnect(const Client& client);
std::string deadline(const Client& client);
std::string big_batch(const Client& client);

}  // namespace conformance

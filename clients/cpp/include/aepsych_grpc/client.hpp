/// \file
/// The client of an aepsych-grpc server.
///
/// Calls block, at most as long as `Timeout` says, and never throw: each returns a `Result`. Clients and experiments
/// are cheap to copy, and safe to use from several threads. Texts are UTF-8.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aepsych_grpc/experiment.hpp"
#include "aepsych_grpc/state.hpp"
#include "aepsych_grpc/study.hpp"

namespace aepsych {

/// When a call is sent again: after UNAVAILABLE (a server that restarts) and ABORTED (another server wrote at the same
/// time), with the same ids, so that it takes effect once. The pause doubles each time, with some jitter. The default
/// goes on for 7 to 14 s, or for `first_contact` where no server has ever answered.
struct Retries {
  /// Times that a call is sent in all, at least 1.
  int attempts = 10;
  std::chrono::milliseconds first_pause{100};
  std::chrono::milliseconds longest_pause{3000};
  std::chrono::milliseconds first_contact{3000};
};

/// How a client connects.
struct ClientOptions {
  /// Sent with every call as a bearer token; empty for none.
  std::string token;
  /// Use TLS, and trust the well-known authorities.
  bool tls = false;
  /// Use TLS, and trust the PEM certificates in this file.
  std::string tls_certificates;
  Timeout timeout;
  Retries retries;
};

/// What is set up besides the config.
struct SetupOptions {
  std::string participant_id;
  /// Added to the config's labels.
  std::map<std::string, std::string> labels;
  /// Wins over the config's seed.
  std::optional<int> seed;
  /// Earlier experiments whose responses are carried over.
  std::vector<std::string> warm_start;
  /// Earlier experiments whose responses teach the prior of the model's hyperparameters.
  std::vector<std::string> prior_from;
  /// Makes sending again safe. Default: made by the client.
  std::string request_id;
};

/// Which experiments are listed; filters that are set must all match.
struct ExperimentFilter {
  std::string participant_id;
  std::string name;
  std::map<std::string, std::string> labels;
};

/// A server.
class Client {
 public:
  /// Args: the address, "HOST:PORT" or "HOST" with port 50051. It connects with the first call.
  explicit Client(std::string_view target = "127.0.0.1:50051", const ClientOptions& options = {});

  /// Set up an experiment from a config's JSON text: the JSON form of the contract's ExperimentConfig.
  Result<Experiment> setup(const std::string& config_json, const SetupOptions& options = {}) const;
  Result<Experiment> setup(const Study& study, const SetupOptions& options = {}) const;
  /// Check a config without setting anything up; returns it as JSON with every default filled in.
  Result<std::string> check(const std::string& config_json) const;
  /// Go on with an experiment that was set up earlier.
  Result<Experiment> experiment(const std::string& experiment_id) const;
  /// List experiments, newest first.
  Result<std::vector<ExperimentState>> experiments(const ExperimentFilter& filter = {}) const;
  Result<ServerInfo> server_info() const;
  /// Make any unary call of the contract by name, such as "ListTrials", with its request as JSON; returns the response
  /// as JSON. Ids that make sending again safe are the caller's to give.
  Result<std::string> call(std::string_view method, const std::string& request_json) const;

 private:
  std::shared_ptr<Connection> connection_;
};

/// Return what is in a text file, such as a config.
Result<std::string> read_file(const std::string& path);

/// Return a new id, for a request or an observation: 32 random hexadecimal digits.
std::string new_id();

}  // namespace aepsych

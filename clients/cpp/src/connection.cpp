#include "connection.hpp"

#include <algorithm>
#include <random>
#include <thread>

#include "failure.hpp"
#include "local_error.hpp"
#include "texts.hpp"

namespace aepsych {

namespace {

using Clock = std::chrono::system_clock;

/// Time that an attempt is given at least: a pause can last longer than it should.
constexpr std::chrono::milliseconds kShortest{1};

std::shared_ptr<grpc::Channel> open_channel(const std::string& target, const ClientOptions& options,
                                            const std::string& certificates) {
  grpc::ChannelArguments arguments;
  // gRPC would let a lost connection rest for 1 s, then for up to 2 minutes; a participant waits.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // A page of trials may pass gRPC's 4 MiB; what the server sends is bounded by its own limits.
  arguments.SetMaxReceiveMessageSize(-1);
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (options.tls || !certificates.empty()) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = certificates;
    credentials = grpc::SslCredentials(tls);
  }
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

/// A header takes printable ASCII; gRPC aborts the program on anything else.
bool fits_header(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

std::chrono::microseconds pause_before(const Retries& retries, int k) {
  static thread_local std::mt19937 random{std::random_device{}()};
  const double doubled = static_cast<double>(retries.first_pause.count()) * static_cast<double>(1u << std::min(k, 20));
  const double pause = std::min(doubled, static_cast<double>(retries.longest_pause.count()));
  // The jitter keeps clients that failed together from coming back together.
  const double jitter = std::uniform_real_distribution<>(0.5, 1)(random);
  return std::chrono::microseconds(static_cast<long long>(1000 * pause * jitter));
}

}  // namespace

Connection::Connection(std::string target, const ClientOptions& options)
    : target_(std::move(target)), options_(options) {
  std::string certificates;
  if (!options.tls_certificates.empty()) {
    Result<std::string> read = read_file(options.tls_certificates);
    if (!read) {
      unusable_ = read.error();
    } else if (read->empty()) {
      unusable_ = invalid_argument("tls_certificates", "The file " + options.tls_certificates + " is empty.");
    } else {
      certificates = *read;
    }
  }
  if (!fits_header(options.token)) {
    unusable_ = invalid_argument("token", "The token has a character that is not printable ASCII, such as a newline.");
  }
  if (!unusable_) stub_ = v1::ExperimentService::NewStub(open_channel(target_, options, certificates));
}

std::optional<Error> Connection::exchange(const google::protobuf::Message& request, std::chrono::microseconds timeout,
                                          const Attempt& attempt) {
  if (unusable_) return unusable_;
  if (std::optional<Error> garbled = check_texts(request)) return garbled;
  const Clock::time_point start = Clock::now();
  const Clock::time_point end = start + std::max(timeout, std::chrono::microseconds(1));
  for (int k = 0;; ++k) {
    grpc::ClientContext context;
    context.set_deadline(k == 0 ? end : std::max(end, Clock::now() + kShortest));
    if (!options_.token.empty()) context.AddMetadata("authorization", "Bearer " + options_.token);
    const grpc::Status status = attempt(&context);
    if (status.ok()) {
      reached_ = true;
      return std::nullopt;
    }
    if (!status.error_details().empty()) reached_ = true;
    const std::chrono::microseconds pause = pause_before(options_.retries, k);
    const Clock::time_point last = reached_ ? end : std::min(end, start + options_.retries.first_contact);
    const bool again = status.error_code() == grpc::UNAVAILABLE || status.error_code() == grpc::ABORTED;
    if (!again || k + 1 >= options_.retries.attempts || Clock::now() + pause >= last) {
      return error_from_status(status, target_);
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace aepsych

// The C interface over the C++ one.
#include "aepsych_grpc/aepsych_grpc.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <memory>

#include "aepsych_grpc/client.hpp"
#include "aepsych_grpc/prefetcher.hpp"
#include "json.hpp"
#include "local_error.hpp"

struct aepsych_client {
  aepsych::Client client;
};
struct aepsych_experiment {
  aepsych::Experiment experiment;
};
struct aepsych_trial {
  aepsych::Trial trial;
};
struct aepsych_prefetcher {
  aepsych::Prefetcher prefetcher;
};

namespace {

using aepsych::Error;
using aepsych::Result;
using aepsych::Values;

const char* text_of(const char* text) { return text ? text : ""; }

/// Copy a text, cut at the end of a character.
template <std::size_t size>
void copy(char (&to)[size], const std::string& from) {
  std::size_t length = std::min(from.size(), size - 1);
  while (length > 0 && length < from.size() && (from[length] & 0xc0) == 0x80) --length;
  std::memcpy(to, from.data(), length);
  to[length] = '\0';
}

void clear(aepsych_error* error) {
  if (error) std::memset(error, 0, sizeof *error);
}

void report(const Error& failure, aepsych_error* error) {
  clear(error);
  if (!error) return;
  error->code = static_cast<std::int32_t>(failure.code);
  error->retryable = failure.retryable;
  error->finished = failure.finished();
  copy(error->code_name, aepsych::name_of(failure.code));
  copy(error->reason, failure.reason);
  copy(error->request_id, failure.request_id);
  copy(error->message, failure.message);
  std::string violations, metadata;
  for (const auto& item : failure.violations) violations += item.path + ": " + item.message + "\n";
  for (const auto& [key, value] : failure.metadata) metadata += key + ": " + value + "\n";
  copy(error->violations, violations);
  copy(error->metadata, metadata);
}

/// Do something with handles and return its result; whatever is thrown ends here, for a caller in C can't catch it.
template <class Work>
auto guarded(aepsych_error* error, std::initializer_list<const void*> handles, Work work) noexcept -> decltype(work()) {
  try {
    clear(error);
    for (const void* handle : handles) {
      if (handle) continue;
      report(aepsych::invalid_argument("handle", "A handle is NULL; the call that makes it has failed."), error);
      return {};
    }
    return work();
  } catch (const std::exception& thrown) {
    report(Error{aepsych::Code::internal, "", thrown.what(), {}, {}, false, ""}, error);
    return {};
  }
}

/// The value, or the error reported.
template <class T>
bool succeeded(const Result<T>& result, aepsych_error* error) {
  if (!result) report(result.error(), error);
  return result.ok();
}

/// An observation of a trial.
aepsych::Observation response(const aepsych_trial* trial, double outcome, double response_time) {
  aepsych::Observation observation(trial->trial, outcome);
  if (!(response_time < 0)) observation.response_time = aepsych::Seconds(response_time);
  return observation;
}

const aepsych::Value* value_of(const aepsych_trial* trial, std::int32_t stimulus, const char* parameter) {
  const auto& stimuli = trial->trial.stimuli;
  if (stimulus < 0 || static_cast<std::size_t>(stimulus) >= stimuli.size()) return nullptr;
  return stimuli[static_cast<std::size_t>(stimulus)].find(text_of(parameter));
}

/// Values from the text of a JSON object; none from an empty text.
Result<Values> values_of(const char* json, const std::string& path) {
  if (!*text_of(json)) return Values();
  return aepsych::values_from_json(json, path);
}

void tell_finished(aepsych_error* error) {
  if (error) error->finished = 1;
}

}  // namespace

aepsych_client* aepsych_client_new(const char* target, const char* token, std::int32_t tls,
                                   const char* tls_certificates, double timeout, aepsych_error* error) {
  return guarded(error, {}, [&]() -> aepsych_client* {
    aepsych::ClientOptions options;
    options.token = text_of(token);
    options.tls = tls != 0;
    options.tls_certificates = text_of(tls_certificates);
    if (timeout > 0) {
      const aepsych::Seconds seconds(std::min(timeout, 1e9));
      const auto limit = std::chrono::duration_cast<std::chrono::microseconds>(seconds);
      options.timeout = {limit, limit};
    }
    return new aepsych_client{aepsych::Client(text_of(target), options)};
  });
}

void aepsych_client_free(aepsych_client* client) { delete client; }

aepsych_experiment* aepsych_setup(aepsych_client* client, const char* config_json, const char* participant_id,
                                  const char* request_id, aepsych_error* error) {
  return guarded(error, {client}, [&]() -> aepsych_experiment* {
    aepsych::SetupOptions options;
    options.participant_id = text_of(participant_id);
    options.request_id = text_of(request_id);
    auto experiment = client->client.setup(std::string(text_of(config_json)), options);
    return succeeded(experiment, error) ? new aepsych_experiment{*experiment} : nullptr;
  });
}

aepsych_experiment* aepsych_open(aepsych_client* client, const char* experiment_id, aepsych_error* error) {
  return guarded(error, {client}, [&]() -> aepsych_experiment* {
    auto experiment = client->client.experiment(text_of(experiment_id));
    return succeeded(experiment, error) ? new aepsych_experiment{*experiment} : nullptr;
  });
}

void aepsych_experiment_free(aepsych_experiment* experiment) { delete experiment; }

const char* aepsych_experiment_id(const aepsych_experiment* experiment) { return experiment->experiment.id().c_str(); }

aepsych_trial* aepsych_ask(aepsych_experiment* experiment, const char* fixed_json, aepsych_error* error) {
  return guarded(error, {experiment}, [&]() -> aepsych_trial* {
    aepsych::AskOptions options;
    const Result<Values> fixed = values_of(fixed_json, "fixed_parameters");
    if (!succeeded(fixed, error)) return nullptr;
    options.fixed_parameters = *fixed;
    auto trial = experiment->experiment.ask(options);
    return succeeded(trial, error) ? new aepsych_trial{*trial} : nullptr;
  });
}

std::int32_t aepsych_tell(aepsych_experiment* experiment, const aepsych_trial* trial, double outcome,
                          double response_time, aepsych_error* error) {
  return guarded(error, {experiment, trial}, [&]() -> std::int32_t {
    return succeeded(experiment->experiment.tell(response(trial, outcome, response_time)), error);
  });
}

aepsych_trial* aepsych_tell_and_ask(aepsych_experiment* experiment, const aepsych_trial* trial, double outcome,
                                    double response_time, aepsych_error* error) {
  return guarded(error, {experiment, trial}, [&]() -> aepsych_trial* {
    auto receipt = experiment->experiment.tell_and_ask(response(trial, outcome, response_time));
    if (!succeeded(receipt, error)) return nullptr;
    if (receipt->next) return new aepsych_trial{std::move(*receipt->next)};
    tell_finished(error);
    return nullptr;
  });
}

std::int32_t aepsych_finish(aepsych_experiment* experiment, const char* reason, aepsych_error* error) {
  return guarded(error, {experiment}, [&]() -> std::int32_t {
    return succeeded(experiment->experiment.finish(text_of(reason)), error);
  });
}

std::int32_t aepsych_predict(aepsych_experiment* experiment, const char* stimulus_json, aepsych_estimate* estimate,
                             aepsych_error* error) {
  return guarded(error, {experiment}, [&]() -> std::int32_t {
    const Result<Values> stimulus = values_of(stimulus_json, "stimulus");
    if (!succeeded(stimulus, error)) return 0;
    const auto found = experiment->experiment.predict({*stimulus});
    if (!succeeded(found, error)) return 0;
    const aepsych::Estimate& at = found->front();
    if (estimate) *estimate = {at.mean, at.variance, at.lower, at.upper};
    return 1;
  });
}

std::int32_t aepsych_threshold(aepsych_experiment* experiment, const char* context_json, double* median,
                               aepsych_estimate* estimate, aepsych_error* error) {
  return guarded(error, {experiment}, [&]() -> std::int32_t {
    const Result<Values> context = values_of(context_json, "context");
    if (!succeeded(context, error)) return 0;
    aepsych::ThresholdOptions options;
    options.contexts = {*context};
    const auto found = experiment->experiment.threshold(options);
    if (!succeeded(found, error)) return 0;
    const aepsych::ThresholdPoint& at = found->points.front();
    if (median) *median = at.median;
    if (estimate) *estimate = {at.threshold.mean, at.threshold.variance, at.threshold.lower, at.threshold.upper};
    return 1;
  });
}

void aepsych_trial_free(aepsych_trial* trial) { delete trial; }
std::int32_t aepsych_trial_id(const aepsych_trial* trial) { return trial->trial.trial_id; }
const char* aepsych_trial_strategy(const aepsych_trial* trial) { return trial->trial.strategy.c_str(); }
const char* aepsych_trial_source(const aepsych_trial* trial) { return trial->trial.source.c_str(); }

std::int32_t aepsych_trial_stimulus_count(const aepsych_trial* trial) {
  return static_cast<std::int32_t>(trial->trial.stimuli.size());
}

std::int32_t aepsych_trial_parameter_count(const aepsych_trial* trial) {
  return static_cast<std::int32_t>(trial->trial.stimuli.empty() ? 0 : trial->trial.stimuli[0].size());
}

const char* aepsych_trial_parameter(const aepsych_trial* trial, std::int32_t position) {
  if (position < 0 || position >= aepsych_trial_parameter_count(trial)) return nullptr;
  return (trial->trial.stimuli[0].begin() + position)->first.c_str();
}

std::int32_t aepsych_trial_number(const aepsych_trial* trial, std::int32_t stimulus, const char* parameter,
                                  double* value) {
  const aepsych::Value* found = value_of(trial, stimulus, parameter);
  if (!found || !found->number()) return 0;
  *value = *found->number();
  return 1;
}

std::int32_t aepsych_trial_flag(const aepsych_trial* trial, std::int32_t stimulus, const char* parameter,
                                std::int32_t* value) {
  const aepsych::Value* found = value_of(trial, stimulus, parameter);
  if (!found || !found->flag()) return 0;
  *value = *found->flag();
  return 1;
}

const char* aepsych_trial_text(const aepsych_trial* trial, std::int32_t stimulus, const char* parameter) {
  const aepsych::Value* found = value_of(trial, stimulus, parameter);
  return found && found->text() ? found->text()->c_str() : nullptr;
}

aepsych_prefetcher* aepsych_prefetcher_new(aepsych_experiment* experiment, std::int32_t ahead, aepsych_error* error) {
  return guarded(error, {experiment}, [&]() -> aepsych_prefetcher* {
    aepsych::PrefetcherOptions options;
    options.ahead = std::max(ahead, 0);
    return new aepsych_prefetcher{aepsych::Prefetcher(experiment->experiment, options)};
  });
}

aepsych_trial* aepsych_prefetcher_next(aepsych_prefetcher* prefetcher, aepsych_error* error) {
  return guarded(error, {prefetcher}, [&]() -> aepsych_trial* {
    if (auto trial = prefetcher->prefetcher.next()) return new aepsych_trial{std::move(*trial)};
    if (const auto failure = prefetcher->prefetcher.error()) {
      report(*failure, error);
    } else {
      tell_finished(error);
    }
    return nullptr;
  });
}

void aepsych_prefetcher_tell(aepsych_prefetcher* prefetcher, const aepsych_trial* trial, double outcome,
                             double response_time) {
  guarded(nullptr, {prefetcher, trial}, [&]() -> bool {
    prefetcher->prefetcher.tell(response(trial, outcome, response_time));
    return true;
  });
}

std::int32_t aepsych_prefetcher_stop(aepsych_prefetcher* prefetcher, aepsych_error* error) {
  return guarded(error, {prefetcher}, [&]() -> std::int32_t {
    prefetcher->prefetcher.stop();
    const auto failure = prefetcher->prefetcher.error();
    if (failure) report(*failure, error);
    return !failure;
  });
}

void aepsych_prefetcher_free(aepsych_prefetcher* prefetcher) { delete prefetcher; }

char* aepsych_call(aepsych_client* client, const char* method, const char* request_json, aepsych_error* error) {
  return guarded(error, {client}, [&]() -> char* {
    const auto response = client->client.call(text_of(method), text_of(request_json));
    if (!succeeded(response, error)) return nullptr;
    char* text = static_cast<char*>(std::malloc(response->size() + 1));
    if (!text) throw std::bad_alloc();
    std::memcpy(text, response->c_str(), response->size() + 1);
    return text;
  });
}

void aepsych_text_free(char* text) { std::free(text); }

void aepsych_new_id(char id[33]) { std::memcpy(id, aepsych::new_id().c_str(), 33); }

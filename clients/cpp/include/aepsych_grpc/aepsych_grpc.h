/* The client of an aepsych-grpc server in C, for LabVIEW, Julia, Rust, Python's ctypes and whatever else calls C.
 *
 * - Calls block, with deadlines. Each takes an `aepsych_error` of the caller's as its last argument, or NULL, and fills
 *   it in whether or not it succeeds. What returns a handle returns NULL when it fails, the rest 0; else 1.
 * - A handle belongs to the caller, who frees it with the function of its type, once, in any order; freeing NULL does
 *   nothing. Handles can be used from any thread; a prefetcher's calls belong to one at a time.
 * - Texts are UTF-8 with a zero at the end. Those that go in are copied, and NULL counts as empty. A `const char*` that
 *   comes out belongs to its handle and lasts as long as that does; only `aepsych_call` returns one to be freed.
 */
#ifndef AEPSYCH_GRPC_H
#define AEPSYCH_GRPC_H

#include <stdint.h>

#if defined(_WIN32) && defined(AEPSYCH_GRPC_C_BUILD)
#define AEPSYCH_API __declspec(dllexport)
#elif defined(_WIN32)
#define AEPSYCH_API __declspec(dllimport)
#else
#define AEPSYCH_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct aepsych_client aepsych_client;
typedef struct aepsych_experiment aepsych_experiment;
typedef struct aepsych_trial aepsych_trial;
typedef struct aepsych_prefetcher aepsych_prefetcher;

/* How a call ended. Texts that are too long are cut at the end of a character. */
typedef struct aepsych_error {
  int32_t code;          /* 0 for success, else gRPC's status code */
  int32_t retryable;     /* 1 if the same call may succeed when it is sent again later */
  int32_t finished;      /* 1 if nothing is left to ask: the regular end of an experiment */
  char code_name[32];    /* such as "NOT_FOUND" */
  char reason[64];       /* such as "EXPERIMENT_NOT_FOUND"; empty if the failure did not come from the service itself */
  char request_id[64];   /* the id that the call carried, if any */
  char message[1024];    /* what was given, what is allowed and what to do */
  char violations[4096]; /* a line for each field at fault: its path, ": ", what is wrong */
  char metadata[1024];   /* a line for each fact for programs: its key, ": ", its value */
} aepsych_error;

typedef struct aepsych_estimate {
  double mean, variance;
  double lower, upper; /* the ends of the 90 % credible interval */
} aepsych_estimate;

/* A client of the server at "HOST:PORT" ("HOST" with port 50051). It connects with the first call.
 * token: sent as a bearer token. tls: 1 to use TLS and trust the well-known authorities. tls_certificates: name of a
 * file of PEM certificates to trust instead. timeout: seconds for every call, sending again included; 0 for 30 s, and
 * 60 s where something is computed. */
AEPSYCH_API aepsych_client* aepsych_client_new(const char* target, const char* token, int32_t tls,
                                               const char* tls_certificates, double timeout, aepsych_error* error);
AEPSYCH_API void aepsych_client_free(aepsych_client* client);

/* Set up an experiment from a config: the JSON form of the contract's ExperimentConfig. With a request_id the same call
 * can be sent again; it gives the same experiment. */
AEPSYCH_API aepsych_experiment* aepsych_setup(aepsych_client* client, const char* config_json,
                                              const char* participant_id, const char* request_id,
                                              aepsych_error* error);
/* Go on with an experiment that was set up earlier. */
AEPSYCH_API aepsych_experiment* aepsych_open(aepsych_client* client, const char* experiment_id, aepsych_error* error);
AEPSYCH_API void aepsych_experiment_free(aepsych_experiment* experiment);
AEPSYCH_API const char* aepsych_experiment_id(const aepsych_experiment* experiment);

/* Ask for the next trial. fixed_json: values that the stimulus must have, such as {"frequency": 4}. */
AEPSYCH_API aepsych_trial* aepsych_ask(aepsych_experiment* experiment, const char* fixed_json, aepsych_error* error);
/* Tell the response to a trial: the value of the experiment's only outcome. response_time: in seconds; below 0 if it is
 * not known. */
AEPSYCH_API int32_t aepsych_tell(aepsych_experiment* experiment, const aepsych_trial* trial, double outcome,
                                 double response_time, aepsych_error* error);
/* The same, and ask for the next trial in one round trip. NULL with code 0 and `finished`: told, and nothing is left.
 */
AEPSYCH_API aepsych_trial* aepsych_tell_and_ask(aepsych_experiment* experiment, const aepsych_trial* trial,
                                                double outcome, double response_time, aepsych_error* error);
/* End the experiment; `reason` is for the record. */
AEPSYCH_API int32_t aepsych_finish(aepsych_experiment* experiment, const char* reason, aepsych_error* error);

/* The expected response at a stimulus, such as {"contrast": 0.1, "frequency": 4}. */
AEPSYCH_API int32_t aepsych_predict(aepsych_experiment* experiment, const char* stimulus_json,
                                    aepsych_estimate* estimate, aepsych_error* error);
/* The threshold along the intensity parameter for a setting of the other parameters, such as {"frequency": 4}; {} where
 * there are none. median: what to report; NULL if it is not wanted. */
AEPSYCH_API int32_t aepsych_threshold(aepsych_experiment* experiment, const char* context_json, double* median,
                                      aepsych_estimate* estimate, aepsych_error* error);

/* A trial. Stimuli count from 0; most trials have one. Values by a parameter's name: 1 and the value, or 0 if the
 * stimulus has no such parameter of that kind (for texts, NULL). */
AEPSYCH_API void aepsych_trial_free(aepsych_trial* trial);
AEPSYCH_API int32_t aepsych_trial_id(const aepsych_trial* trial);
AEPSYCH_API const char* aepsych_trial_strategy(const aepsych_trial* trial);
AEPSYCH_API const char* aepsych_trial_source(const aepsych_trial* trial);
AEPSYCH_API int32_t aepsych_trial_stimulus_count(const aepsych_trial* trial);
AEPSYCH_API int32_t aepsych_trial_parameter_count(const aepsych_trial* trial);
AEPSYCH_API const char* aepsych_trial_parameter(const aepsych_trial* trial, int32_t position);
AEPSYCH_API int32_t aepsych_trial_number(const aepsych_trial* trial, int32_t stimulus, const char* parameter,
                                         double* value);
AEPSYCH_API int32_t aepsych_trial_flag(const aepsych_trial* trial, int32_t stimulus, const char* parameter,
                                       int32_t* value);
AEPSYCH_API const char* aepsych_trial_text(const aepsych_trial* trial, int32_t stimulus, const char* parameter);

/* Runs an experiment with the network in a thread of its own, beginning with trials that still await a response.
 * ahead: trials that are asked for beyond the one that is shown; 0 lets every trial know all responses. */
AEPSYCH_API aepsych_prefetcher* aepsych_prefetcher_new(aepsych_experiment* experiment, int32_t ahead,
                                                       aepsych_error* error);
/* Wait for the next trial. NULL with code 0 and `finished`: nothing is left. */
AEPSYCH_API aepsych_trial* aepsych_prefetcher_next(aepsych_prefetcher* prefetcher, aepsych_error* error);
/* Queue a response and return at once; a failure shows in the next call of `aepsych_prefetcher_next` or `_stop`. */
AEPSYCH_API void aepsych_prefetcher_tell(aepsych_prefetcher* prefetcher, const aepsych_trial* trial, double outcome,
                                         double response_time);
/* Wait until what was told is acknowledged; 0 if that has failed. */
AEPSYCH_API int32_t aepsych_prefetcher_stop(aepsych_prefetcher* prefetcher, aepsych_error* error);
/* Stops it first. */
AEPSYCH_API void aepsych_prefetcher_free(aepsych_prefetcher* prefetcher);

/* Make any unary call of the contract by name, such as "ListTrials", with its request as JSON. Returns the response as
 * JSON, to be freed with `aepsych_text_free`; NULL when it fails. Ids that make sending again safe are the caller's to
 * give: `aepsych_new_id` makes one. */
AEPSYCH_API char* aepsych_call(aepsych_client* client, const char* method, const char* request_json,
                               aepsych_error* error);
AEPSYCH_API void aepsych_text_free(char* text);
AEPSYCH_API void aepsych_new_id(char id[33]);

#ifdef __cplusplus
}
#endif

#endif

/* An experiment over the C interface, as a program in C has it.
 *
 *     c_abi HOST:PORT
 *
 * The exit code is 0 if all is as it should be; else a line says what is not. */
#include <aepsych_grpc/aepsych_grpc.h>
#include <stdio.h>
#include <string.h>

#define MUST(condition)                                                                          \
  if (!(condition)) {                                                                            \
    printf("line %d: %s (%s: %s)\n", __LINE__, #condition, error.code_name, error.message);      \
    return 1;                                                                                    \
  }

/* A model is asked, of an experiment that is opened anew. */
static int questions(const char* target) {
  const char* config =
      "{\"parameters\": [{\"name\": \"level\", \"continuous\": {\"lower_bound\": 0, \"upper_bound\": 30}},"
      " {\"name\": \"noise\", \"binary\": {}}], \"intensity_parameter\": \"level\"}";
  aepsych_error error;
  aepsych_estimate estimate = {0, 0, 0, 0};
  double median = -1;
  char id[33], again[33];
  aepsych_client* client = aepsych_client_new(target, NULL, 0, NULL, 20, NULL);
  aepsych_new_id(id);
  aepsych_new_id(again);
  MUST(strlen(id) == 32 && strcmp(id, again) != 0);
  aepsych_experiment* first = aepsych_setup(client, config, NULL, id, &error);
  MUST(first && error.code == 0);
  aepsych_experiment* experiment = aepsych_setup(client, config, NULL, id, &error);
  MUST(experiment && strcmp(aepsych_experiment_id(experiment), aepsych_experiment_id(first)) == 0);
  aepsych_experiment_free(experiment);
  experiment = aepsych_open(client, aepsych_experiment_id(first), &error);
  MUST(experiment && error.code == 0);
  aepsych_experiment_free(first);
  for (int i = 0; i < 8; ++i) {
    int32_t noise = -1;
    double level = -1;
    aepsych_trial* trial = aepsych_ask(experiment, NULL, &error);
    MUST(trial && aepsych_trial_parameter_count(trial) == 2 && aepsych_trial_stimulus_count(trial) == 1);
    MUST(strcmp(aepsych_trial_parameter(trial, 0), "level") == 0 && !aepsych_trial_parameter(trial, 2));
    MUST(aepsych_trial_number(trial, 0, "level", &level) && aepsych_trial_flag(trial, 0, "noise", &noise));
    MUST((noise == 0 || noise == 1) && strlen(aepsych_trial_strategy(trial)) > 0);
    MUST(aepsych_tell(experiment, trial, level > 15, -1, &error));
    aepsych_trial_free(trial);
  }
  MUST(aepsych_predict(experiment, "{\"level\": 15, \"noise\": true}", &estimate, &error));
  MUST(0 <= estimate.lower && estimate.lower < estimate.upper && estimate.upper <= 1 && estimate.variance > 0);
  MUST(aepsych_threshold(experiment, "{\"noise\": false}", &median, &estimate, &error));
  MUST(0 <= median && median <= 30 && estimate.lower <= median && median <= estimate.upper);
  MUST(!aepsych_predict(experiment, "{\"level\": 15}", &estimate, &error) && strlen(error.violations) > 0);
  aepsych_experiment_free(experiment);
  aepsych_client_free(client);
  return 0;
}

int main(int count, char** arguments) {
  const char* target = count > 1 ? arguments[1] : "";
  const char* config =
      "{\"parameters\": [{\"name\": \"level\", \"continuous\": {\"lower_bound\": 0, \"upper_bound\": 30}},"
      " {\"name\": \"ear\", \"categorical\": {\"choices\": [\"left\", \"right\"]}}],"
      " \"strategies\": [{\"generator\": {\"name\": \"sobol\"}, \"stopping\": {\"min_asks\": 3}}]}";
  aepsych_error error;
  aepsych_client* client = aepsych_client_new(target, "", 0, "", 0, &error);
  aepsych_experiment* experiment = aepsych_setup(client, config, "p01", NULL, &error);
  MUST(experiment && error.code == 0 && strlen(aepsych_experiment_id(experiment)) > 0);
  aepsych_client_free(client); /* the experiment goes on without it */

  aepsych_trial* trial = aepsych_ask(experiment, "{\"ear\": \"left\"}", &error);
  int told = 0;
  MUST(trial && strcmp(aepsych_trial_text(trial, 0, "ear"), "left") == 0);
  while (trial) {
    double level = -1;
    MUST(aepsych_trial_id(trial) == told + 1 && strcmp(aepsych_trial_source(trial), "sobol") == 0);
    MUST(aepsych_trial_number(trial, 0, "level", &level) && level >= 0 && level <= 30);
    MUST(!aepsych_trial_number(trial, 0, "ear", &level) && !aepsych_trial_number(trial, 1, "level", &level));
    aepsych_trial* next = aepsych_tell_and_ask(experiment, trial, level > 10, 0.4, &error);
    MUST(error.code == 0);
    ++told;
    aepsych_trial_free(trial);
    trial = next;
  }
  MUST(told == 3 && error.finished);
  MUST(!aepsych_ask(experiment, NULL, &error) && error.finished);
  MUST(strcmp(error.reason, "EXPERIMENT_FINISHED") == 0 && strcmp(error.code_name, "FAILED_PRECONDITION") == 0);
  MUST(aepsych_finish(experiment, "done", NULL));
  aepsych_experiment_free(experiment);
  return questions(target);
}

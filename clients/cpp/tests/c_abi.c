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

int main(int count, char** arguments) {
  const char* config =
      "{\"parameters\": [{\"name\": \"level\", \"continuous\": {\"lower_bound\": 0, \"upper_bound\": 30}},"
      " {\"name\": \"ear\", \"categorical\": {\"choices\": [\"left\", \"right\"]}}],"
      " \"strategies\": [{\"generator\": {\"name\": \"sobol\"}, \"stopping\": {\"min_asks\": 3}}]}";
  aepsych_error error;
  aepsych_client* client = aepsych_client_new(count > 1 ? arguments[1] : "", "", 0, "", 0, &error);
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
  return 0;
}

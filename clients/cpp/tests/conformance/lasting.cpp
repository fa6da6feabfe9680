// Ends, restarts and deadlines.
#include <cstdio>
#include <iostream>

#include "behaviours.hpp"

namespace conformance {

std::string finish(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const auto trial = experiment->ask();
  MUST_SUCCEED(trial);
  const auto after = experiment->finish("participant tired");
  MUST_SUCCEED(after);
  MUST(after->finished);
  const auto none = experiment->ask();
  MUST(!none && none.error().finished() && none.error().code == Code::failed_precondition);
  const auto late = experiment->tell_and_ask(Observation(*trial, 1));
  MUST_SUCCEED(late);
  MUST(late->finished && !late->next);
  const auto revised = experiment->revise(trial->trial_id, 0, "pressed the wrong key");
  MUST_SUCCEED(revised);
  MUST(revised->revision && *revised->outcomes.number("response") == 0);
  const auto retracted = experiment->retract(trial->trial_id, "a noise");
  MUST_SUCCEED(retracted);
  MUST(retracted->state == "retracted" && retracted->outcomes.empty());
  return "";
}

std::string reconnect(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const Observation before(*experiment->ask(), 1);
  MUST_SUCCEED(experiment->tell(before));
  const auto pending = experiment->ask();
  MUST_SUCCEED(pending);
  std::printf("restart\n");
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
  const auto again = experiment->tell(before);
  MUST_SUCCEED(again);
  MUST(again->duplicate);
  MUST_SUCCEED(experiment->tell(*pending, 0));
  const auto next = client.experiment(experiment->id())->ask();
  MUST_SUCCEED(next);
  MUST(next->trial_id == 3 && experiment->state()->told_count == 2);
  return "";
}

std::string deadline(const Client& client) {
  const auto experiment = client.setup(yes_no());
  MUST_SUCCEED(experiment);
  const std::chrono::microseconds tiny(1);
  const Experiment hurried = experiment->with_timeout({tiny, tiny});
  AskOptions options;
  options.request_id = new_id();
  const auto late = hurried.ask(options);
  MUST(!late && late.error().code == Code::deadline_exceeded);
  MUST(late.error().retryable && late.error().request_id == options.request_id);
  const auto trial = experiment->ask(options);
  MUST_SUCCEED(trial);
  MUST(trial->trial_id == 1 && experiment->state()->asked_count == 1);
  MUST_SUCCEED(experiment->tell(*trial, 1));
  return "";
}

}  // namespace conformance
